"""The few names that the catalogue does not hold, and how names are written in each language."""

from __future__ import annotations

from dataclasses import replace

from catalogue import (
    AnyObject,
    Array,
    Catalogue,
    CatalogueError,
    Field,
    Integer,
    Named,
    Object,
    ObjectID,
    Operation,
    Text,
    Tuple,
    Type,
)

# What the chain keeps in each space of object ids.
OBJECT_SPACES = {
    "1.2": "account",
    "1.3": "asset",
    "1.4": "force settlement",
    "1.5": "committee member",
    "1.6": "witness",
    "1.7": "limit order",
    "1.8": "call order",
    "1.10": "proposal",
    "1.12": "withdraw permission",
    "1.13": "vesting balance",
    "1.15": "balance",
    "1.16": "tournament",
    "1.19": "game",
    "1.20": "sport",
    "1.21": "event group",
    "1.22": "event",
    "1.23": "betting market rules",
    "1.24": "betting market group",
    "1.25": "betting market",
    "1.26": "bet",
    "1.27": "custom permission",
    "1.28": "custom account authority",
    "1.29": "offer",
    "1.30": "NFT metadata",
    "1.31": "NFT",
    "1.32": "account role",
    "1.33": "SON",
    "1.35": "SON wallet",
    "1.36": "SON wallet deposit",
    "1.37": "SON wallet withdrawal",
    "1.38": "sidechain address",
    "1.39": "sidechain transaction",
    "2.16": "fee-based asset accumulator",
}

# Objects that the catalogue writes in the middle of an operation, by where they stand.
ANONYMOUS_OBJECTS = {
    "asset_publish_feed.feed": "price_feed",
    "tournament_create.options": "tournament_options",
    "tournament_create.options.game_options[1]": "rock_paper_scissors_options",
    "asset_update_dividend.new_options": "dividend_options",
    "lottery_asset_create.extensions": "lottery_asset_options",
    "nft_metadata_create.lottery_options": "nft_lottery_options",
}

# What the objects are, as the end of a sentence.
OBJECTS = {
    "account_options": "what an account can choose: its memo key, and for whom it votes",
    "asset_options": "the limits, fees and permissions of an asset",
    "authority": "who may act for an account: accounts and keys with their weights, and the weight they need together",
    "benefactor": "an account that gets a share of a lottery",
    "bitasset_options": "the rules of an asset that is backed by another one",
    "blind_input": "a hidden amount that is spent",
    "blind_output": "a hidden amount that is received",
    "dividend_options": "when and how an asset pays dividends",
    "lottery_asset_options": "the rules of a lottery whose tickets are an asset",
    "nft_lottery_options": "the rules of a lottery whose tickets are NFTs",
    "price": "the ratio of two amounts",
    "price_feed": "the prices that a feed publishes",
    "rock_paper_scissors_options": "the rules of a game of rock, paper, scissors",
    "sidechain_signer": "a SON that signs for a sidechain, and its weight",
    "stealth_memo": "what the receiver of a hidden amount needs to find it",
    "tournament_options": "the rules of a tournament",
}

# Arrays of a fixed shape, for languages in which they have to be a type of their own: the name of the type, of its
# elements, and what it is.
TUPLES = {
    "(1.2, int)": ("account_weight", ("account", "weight"), "an account and its number, such as its weight"),
    "(string, int)": ("key_weight", ("key", "weight"), "a key or an address, and its weight"),
    "(string, string)": ("localized_text", ("language", "text"), "a text in one language"),
    "(int, {*})": ("variant", ("kind", "value"), "one of several kinds of objects, told by the number of its kind"),
    "(int, $rock_paper_scissors_options)": ("game_options", ("kind", "options"), "the number of a game, and its rules"),
    "(1.25, $resolution)": ("market_resolution", ("market_id", "resolution"), "a betting market and how it ended"),
    "($sidechain, string)": ("sidechain_public_key", ("sidechain", "key"), "a sidechain and a public key on it"),
}

_INITIALISMS = {"id": "ID", "url": "URL", "uri": "URI", "uid": "UID", "nft": "NFT", "son": "SON", "ts": "TS"}


def camel(name: str, *, initialisms: bool) -> str:
    """Write `asset_options` as `AssetOptions`; with initialisms also `nft_id` as `NFTID`."""
    words = [word for word in name.split("_") if word]
    return "".join((initialisms and _INITIALISMS.get(word)) or word[0].upper() + word[1:] for word in words)


def shape(tuple: Tuple) -> str:
    """Write a tuple in the notation of the catalogue, by which it is found above."""
    return "(" + ", ".join(_shape_of_element(element) for element in tuple.elements) + ")"


def _shape_of_element(type: Type) -> str:
    if isinstance(type, ObjectID):
        return type.space
    if isinstance(type, Named):
        return "$" + type.name
    shapes: dict[object, str] = {Integer: "int", Text: "string", AnyObject: "{*}"}
    if type.__class__ not in shapes:
        raise CatalogueError(f"a tuple with {type} has no shape in {__file__}")
    return shapes[type.__class__]


def with_names(catalogue: Catalogue) -> tuple[list[Named], list[Operation]]:
    """Give every object a name. Answers all types with a name, each behind those that it needs, and the operations."""
    named: list[Named] = list(catalogue.types)

    def visit(type: Type, path: str) -> Type:
        if isinstance(type, Object):
            if path not in ANONYMOUS_OBJECTS:
                raise CatalogueError(f"the object at {path} needs a name in {__file__}")
            fields = tuple(replace(field, type=visit(field.type, f"{path}.{field.name}")) for field in type.fields)
            named.append(Named(ANONYMOUS_OBJECTS[path], Object(fields)))
            return named[-1]
        if isinstance(type, Array):
            return replace(type, element=visit(type.element, f"{path}[]"))
        if isinstance(type, Tuple):
            elements = enumerate(type.elements)
            return Tuple(tuple(visit(element, f"{path}[{index}]") for index, element in elements))
        return type

    def visit_field(field: Field, operation: Operation) -> Field:
        return replace(field, type=visit(field.type, f"{operation.name}.{field.name}"))

    operations = [
        replace(operation, fields=tuple(visit_field(field, operation) for field in operation.fields))
        for operation in catalogue.operations
    ]
    return named, operations
