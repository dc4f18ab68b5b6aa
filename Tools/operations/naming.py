"""Names that are not in the catalogue, and the spelling of names in each language."""

from __future__ import annotations

import json
from pathlib import Path

from catalogue import AnyObject, CatalogueError, Form, Integer, Named, ObjectID, Text, Tuple, Type, Variant

# The kind of object in each space of object ids.
OBJECT_SPACES: dict[str, str] = json.loads((Path(__file__).parent / "catalogue.json").read_text())["spaces"]

# Arrays of a fixed shape, for languages that need a type for them: the names of the type and of its elements, and its
# description.
TUPLES = {
    "(1.2, int)": ("account_weight", ("account", "weight"), "an account and a number, such as its weight"),
    "(string, int)": ("key_weight", ("key", "weight"), "a key or an address, and its weight"),
    "sidechain_public_key": ("sidechain_public_key", ("sidechain", "key"), "a sidechain and a public key on it"),
    "(string, string)": ("localized_text", ("language", "text"), "a string in one language: `[language, text]`"),
    "(int, {*})": ("variant", ("kind", "value"), "the number of a kind and an object of that kind"),
    "(int, $rock_paper_scissors_options)": ("game_options", ("kind", "options"), "the number of a game and its rules"),
    "(1.25, $resolution)": ("market_resolution", ("market_id", "resolution"), "a betting market and its result"),
}

_INITIALISMS = {"id": "ID", "url": "URL", "uri": "URI", "uid": "UID", "nft": "NFT", "son": "SON", "ts": "TS"}


def camel(name: str, *, initialisms: bool) -> str:
    """Write `asset_options` as `AssetOptions`; with initialisms also `nft_id` as `NFTID`."""
    words = [word for word in name.split("_") if word]
    return "".join((initialisms and _INITIALISMS.get(word)) or word[0].upper() + word[1:] for word in words)


def shape(type: Type) -> str:
    """Write the short form of a tuple or variant that `TUPLES` uses."""
    if isinstance(type, Named):
        type = type.type
    if isinstance(type, Variant):
        only = type.kinds[0].type if len(type.kinds) == 1 else None
        return f"(int, {'$' + only.name if isinstance(only, Named) else '{*}'})"
    assert isinstance(type, Tuple)
    if type.name:
        return type.name
    return "(" + ", ".join(_shape_of_element(element) for element in type.elements) + ")"


def _shape_of_element(type: Type) -> str:
    if isinstance(type, ObjectID):
        return type.space
    if isinstance(type, Named):
        return "$" + type.name
    shapes: dict[object, str] = {Integer: "int", Text: "string", Form: "string", AnyObject: "{*}"}
    if type.__class__ not in shapes:
        raise CatalogueError(f"a tuple with {type} has no shape in {__file__}")
    return shapes[type.__class__]
