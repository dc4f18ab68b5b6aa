"""The rules of the catalogue in words: what the library answers when one is broken, and what the documentation says.

A rule is an object. `rule` says what is compared (the list in `OperationRule.Kind` of the library), `field` or `fields`
with what, by paths from the object that has the rule; `min`, `max`, `values` and so on are its limits. `when` limits a
rule to operations that have this member (with the value `is`). `default` names the parameter of the chain by which the
committee can change the rule. `direct` rules do not hold inside a proposal. A `notice` is no reason for a refusal: it
always warns only. `why` replaces or explains the words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalogue import Array, Asset, CatalogueError, Field, Integer, Named, Object, Time, Type

Rule = dict[str, Any]

_NAMES = {
    "account_name": "an account's name: lower-case letters, digits and dashes, parts with dots between them, each "
    "beginning with a letter and ending with a letter or digit; not ending with -dividend-distribution",
    "asset_symbol": "an asset's symbol: upper-case letters and digits, at most one dot, beginning and ending with a "
    "letter; not beginning with BIT",
    "nft_name": "letters, digits and blanks, beginning with a letter",
    "permission_name": "lower-case letters and digits, beginning with a letter",
}


def text(rule: Rule, fields: Sequence[Field]) -> str:
    """Say what a rule asks for, as the end of a sentence."""
    words = _words(rule, fields)
    if "when" in rule:
        condition = f"when {rule['when']} is " + (f"'{rule['is']}'" if "is" in rule else "given")
        words += f", {condition}"
    return words


def single(found: Sequence[Rule]) -> list[Rule]:
    """Make two rules of a range with two ends, so that a message names the end that matters."""
    result: list[Rule] = []
    for rule in found:
        if rule["rule"] == "range" and "min" in rule and rule.get("max", rule["min"]) != rule["min"]:
            result.append({key: value for key, value in rule.items() if key != "max"})
            result.append({key: value for key, value in rule.items() if key != "min"})
        else:
            result.append(rule)
    return result


def names(rule: Rule) -> list[str]:
    """The paths that a rule looks at."""
    return list(rule["fields"]) if "fields" in rule else [rule["field"]]


def type_at(path: str, fields: Sequence[Field]) -> Type | None:
    """The type of the value at a path."""
    found: Type | None = None
    for part in path.split("."):
        type = next((field.type for field in fields if field.name == part.removesuffix("[]")), None)
        if isinstance(type, Array) and part.endswith("[]"):
            type = type.element
        if type is None:
            raise CatalogueError(f"there is no field '{path}'")
        found = type.type if isinstance(type, Named) else type
        fields = found.fields if isinstance(found, Object) else _ASSET if isinstance(found, Asset) else ()
    return found


def field_at(path: str, fields: Sequence[Field]) -> Field:
    """The field at a path."""
    parent, _, name = path.rpartition(".")
    found = type_at(parent, fields) if parent else Object(tuple(fields))
    return next(field for field in (found.fields if isinstance(found, Object) else _ASSET) if field.name == name)


def within(unit: str | None, limits: str) -> str:
    """Put limits into a unit, in front of its example."""
    if unit is None:
        return f"it must be {limits}"
    head, bracket, example = unit.partition(" (")
    return f"{head}, {limits}" + (f" ({example}" if bracket else "")


_AMOUNT_UNIT = "counted in the smallest unit of the asset (1250000 is 12.5 at precision 5)"
_ASSET = (
    Field("amount", Integer(None, 10**12, _AMOUNT_UNIT), False, None),
    Field("asset_id", Asset(), False, None),
)


def _words(rule: Rule, fields: Sequence[Field]) -> str:
    kind = rule["rule"]
    paths = names(rule)
    if kind == "range":
        type = type_at(paths[0], fields)
        type = type.element if isinstance(type, Array) else type
        unit = type.unit if isinstance(type, Integer) else None
        return str(rule["why"]) if "why" in rule else within(unit, _limits(rule))
    if kind in ("bytes", "count"):
        noun = "byte" if kind == "bytes" else "element"
        last = rule.get("max", rule.get("min"))
        return "it must be empty" if last == 0 else f"it must have {_limits(rule)} {noun}{'s' if last != 1 else ''}"
    if kind == "order":
        if isinstance(type_at(paths[0], fields), Time):
            return (
                f"{paths[0]} " + ("may not be later than " if rule.get("loose") else "must be earlier than ") + paths[1]
            )
        return f"{paths[0]} must be {'at most' if rule.get('loose') else 'less than'} {paths[1]}"
    if kind in _SENTENCES:
        return _SENTENCES[kind].format(**_parts(rule, paths), **{key: rule[key] for key in rule if key != "rule"})
    if kind == "format":
        return "it must be " + _NAMES[rule["values"][0]]
    if kind in ("not", "only"):
        words = ("it may not be " if kind == "not" else "it must be ") + " or ".join(rule["values"])
        if len(rule["values"]) > 9:
            words = "the chain reserves it"
        return words + (f": {rule['why']}" if "why" in rule else "")
    if kind == "bits":
        wrong = ", ".join(str(1 << bit) for bit in range(9) if rule["number"] >> bit & 1)
        return (
            str(rule["why"])
            if "why" in rule
            else f"bit {wrong} may not be set"
            if wrong
            else "no bit above 256 may be set"
        )
    if kind == "pair":
        other = paths[2] if len(paths) > 2 else (rule["values"] + [""])[1]
        note = ", which stands for the asset that is created" if other == "1.3.1" else ""
        return f"one of the two must be {rule['values'][0]}" + (f" and the other one {other}{note}" if other else "")
    if kind == "future":
        milliseconds = (
            " (in milliseconds)"
            if isinstance((at := type_at(paths[0], fields)), Time) and (at.unit == "milliseconds")
            else ""
        )
        late = "now or later" if rule.get("loose") and not rule.get("or_zero") else "later than now"
        return f"it must be {late}{milliseconds}" + (", or 0 for no end" if rule.get("or_zero") else "")
    raise CatalogueError(f"there are no words for the rule '{kind}'")


_SENTENCES = {
    "bits_together": "the bits {bits} may not all be set",
    "bit_for": "bit {number} must be set when {rest} has elements",
    "differ": "{all} must differ",
    "equal": "{all} must be equal",
    "some": "{some} must be given",
    "not_both": "{all} may not both be given",
    "needs": "{second} must be given too",
    "apart": "{first} and {second} may lie at most {max} seconds apart",
    "nonzero": "{all} may not both be 0",
    "disjoint": "{all} may have no element in common",
    "total": "{all} may have at most {max} elements together",
    "sum": "{all} must add up to {number}, which is 100 %",
    "weights": "the weights in {rest} must reach {first}",
    "enough": "it must be empty or have at least as many elements as {second} says",
    "kinds": "only the kinds up to {max} are allowed",
    "steps": "{steps}",
    "stake": "only multiples of 10000/g (back) or ({second} - 10000)/g (lay) can be matched, where g is the greatest "
    "common divisor of 10000 and {second} - 10000; the chain returns the rest at once, and cancels a smaller stake",
    "resolutions": "either all are cancel, or exactly one is win and the others are not_win",
    "ending": "{first} must be true, or {second} must not be 0",
    "ahead": "it may lie at most {max} seconds after now",
    "near_now": "it may lie at most {max} seconds before or after now",
    "periods": "the last period must end after now, and {second} times {third} must be below 2^32 seconds",
    "review": "it must be less than the seconds that are left until {second}",
    "committee_review": "review_period_seconds must be at least {min} for an operation of 1.2.0 (the committee)",
}


def _parts(rule: Rule, paths: list[str]) -> dict[str, str]:
    parts = {"first": paths[0], "all": " and ".join(paths), "rest": " or ".join(paths[1:])}
    parts["second"] = paths[1] if len(paths) > 1 else ""
    parts["third"] = paths[2] if len(paths) > 2 else ""
    parts["some"] = paths[0] if len(paths) == 1 else "one of " + ", ".join(paths)
    if rule["rule"] == "weights":
        parts["rest"] = " and ".join(paths[1:])
    parts["bits"] = " and ".join(str(1 << bit) for bit in range(16) if rule.get("number", 0) >> bit & 1)
    if "rows" in rule:
        first, last = rule["rows"][0], rule["rows"][-1]
        parts["steps"] = (
            f"odds come in steps: of {first[1]} below {first[0]}, up to {last[1]} below {last[0]} "
            "(permitted_betting_odds_increments of the chain lists them)"
        )
    return parts


def _limits(rule: Rule) -> str:
    if rule.get("min") is not None and rule.get("min") == rule.get("max"):
        return f"exactly {rule['min']}"
    limits = [f"at {word} {rule[key]}" for key, word in (("min", "least"), ("max", "most")) if key in rule]
    return " and ".join(limits)
