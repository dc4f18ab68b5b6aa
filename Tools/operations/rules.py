"""The texts of the catalogue's rules, for the library's error messages and the documentation.

A rule is an object. `rule` is the kind of comparison (`OperationRule.Kind` in the library lists them). `field` or
`fields` are the paths of the compared values, relative to the object that has the rule; `min`, `max`, `values` and so
on are the limits. `when` restricts the rule to objects that have this member (with the value `is`). `default` names the
chain parameter by which the committee can change the rule. `direct` rules do not apply inside a proposal. A `notice`
only warns. `why` replaces the text or is appended to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalogue import Array, Asset, CatalogueError, Field, Integer, Named, Object, Time, Type

Rule = dict[str, Any]

_NAMES = {
    "account_name": "an account name: parts separated by dots, each with lower-case letters, digits and dashes, "
    "starting with a letter and ending with a letter or digit; the name must not end with -dividend-distribution",
    "asset_symbol": "an asset symbol: upper-case letters and digits, at most one dot, a letter at the start and the "
    "end, and not BIT at the start",
    "nft_name": "letters, digits and spaces, starting with a letter",
    "permission_name": "lower-case letters and digits, starting with a letter",
}


def text(rule: Rule, fields: Sequence[Field]) -> str:
    """The requirement of a rule, as the end of a sentence."""
    words = _words(rule, fields)
    if "when" in rule:
        condition = f"if {rule['when']} is " + (f"'{rule['is']}'" if "is" in rule else "given")
        words += f", {condition}"
    return words


def single(found: Sequence[Rule]) -> list[Rule]:
    """Split each range with two limits into two rules, so that a message names only the limit that is exceeded."""
    result: list[Rule] = []
    for rule in found:
        if rule["rule"] == "range" and "min" in rule and rule.get("max", rule["min"]) != rule["min"]:
            result.append({key: value for key, value in rule.items() if key != "max"})
            result.append({key: value for key, value in rule.items() if key != "min"})
        else:
            result.append(rule)
    return result


def names(rule: Rule) -> list[str]:
    """The paths of the values that a rule compares."""
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


_AMOUNT_UNIT = "in the smallest unit of the asset (1250000 is 12.5 at precision 5)"
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
        unit = f", {type.unit}" if isinstance(type, Integer) and type.unit else ""
        return str(rule["why"]) if "why" in rule else f"must be {_limits(rule)}{unit}"
    if kind in ("bytes", "count"):
        noun = "byte" if kind == "bytes" else "element"
        last = rule.get("max", rule.get("min"))
        return "must be empty" if last == 0 else f"must have {_limits(rule)} {noun}{'s' if last != 1 else ''}"
    if kind == "order":
        if isinstance(type_at(paths[0], fields), Time):
            return f"{paths[0]} must {'not be later' if rule.get('loose') else 'be earlier'} than {paths[1]}"
        return f"{paths[0]} must be {'at most' if rule.get('loose') else 'less than'} {paths[1]}"
    if kind in _SENTENCES:
        return _SENTENCES[kind].format(**_parts(rule, paths), **{key: rule[key] for key in rule if key != "rule"})
    if kind == "format":
        return "must be " + _NAMES[rule["values"][0]]
    if kind in ("not", "only"):
        words = ("must not be " if kind == "not" else "must be ") + _any(rule["values"])
        if len(rule["values"]) > 9:
            words = "must not be reserved by the chain"
        return words + (f": {rule['why']}" if "why" in rule else "")
    if kind == "bits":
        wrong = ", ".join(str(1 << bit) for bit in range(9) if rule["number"] >> bit & 1)
        return (
            str(rule["why"])
            if "why" in rule
            else f"bit {wrong} must not be set"
            if wrong
            else "bits above 256 must not be set"
        )
    if kind == "pair":
        other = paths[2] if len(paths) > 2 else (rule["values"] + [""])[1]
        note = " (the new asset)" if other == "1.3.1" else ""
        both = " or ".join(paths[:2])
        return f"{both} must be {rule['values'][0]}" + (f", and the other one {other}{note}" if other else "")
    if kind == "future":
        milliseconds = (
            " (in milliseconds)"
            if isinstance((at := type_at(paths[0], fields)), Time) and (at.unit == "milliseconds")
            else ""
        )
        late = "now or later" if rule.get("loose") and not rule.get("or_zero") else "later than now"
        return f"must be {late}{milliseconds}" + (", or 0 for no limit" if rule.get("or_zero") else "")
    raise CatalogueError(f"there is no text for the rule '{kind}'")


_SENTENCES = {
    "bits_together": "bits {bits} must not be set together",
    "bit_for": "bit {number} must be set if {rest} has elements",
    "differ": "{all} must differ",
    "equal": "{all} must be equal",
    "some": "{some}",
    "not_both": "{all} must not both be given",
    "needs": "{second} is required too",
    "apart": "{first} and {second} must be at most {max} seconds apart",
    "nonzero": "{all} must not both be 0",
    "disjoint": "{all} must not have common elements",
    "total": "{all} may have at most {max} elements in total",
    "sum": "{all} must add up to {number} (100 %)",
    "weights": "the weights in {rest} must add up to at least {first}",
    "enough": "must be empty or have at least {second} elements",
    "kinds": "{kinds} allowed",
    "steps": "{steps}",
    "stake": "only multiples of 10000/g (back) or ({second} - 10000)/g (lay) can be matched, where g is the greatest "
    "common divisor of 10000 and {second} - 10000; the chain returns the rest at once, and cancels a stake below that",
    "resolutions": "either all are cancel, or exactly one is win and the others are not_win",
    "ending": "{first} must be true, or {second} must not be 0",
    "ahead": "must be at most {max} seconds from now",
    "near_now": "must be at most {max} seconds before or after now",
    "periods": "the last period must end after now, and {second} times {third} must be less than 2^32 seconds",
    "review": "must be less than the number of seconds until {second}",
    "committee_review": "review_period_seconds must be at least {min} for an operation of 1.2.0 (the committee)",
}


def _parts(rule: Rule, paths: list[str]) -> dict[str, str]:
    parts = {"first": paths[0], "all": " and ".join(paths), "rest": " or ".join(paths[1:])}
    parts["second"] = paths[1] if len(paths) > 1 else ""
    parts["third"] = paths[2] if len(paths) > 2 else ""
    parts["some"] = "the chain requires it" if len(paths) == 1 else f"at least one of {', '.join(paths)} is required"
    parts["kinds"] = "only kind 0 is" if rule.get("max") == 0 else f"only the kinds 0 to {rule.get('max')} are"
    if rule["rule"] == "weights":
        parts["rest"] = " and ".join(paths[1:])
    parts["bits"] = " and ".join(str(1 << bit) for bit in range(16) if rule.get("number", 0) >> bit & 1)
    if "rows" in rule:
        first, last = rule["rows"][0], rule["rows"][-1]
        parts["steps"] = (
            f"odds come in steps: of {first[1]} below {first[0]}, up to {last[1]} below {last[0]} "
            "(see the chain parameter permitted_betting_odds_increments)"
        )
    return parts


def _any(values: Sequence[str]) -> str:
    *first, last = values
    return f"{', '.join(first)} or {last}" if first else last


def _limits(rule: Rule) -> str:
    if rule.get("min") is not None and rule.get("min") == rule.get("max"):
        return f"exactly {rule['min']}"
    if "min" in rule and "max" in rule:
        return f"{rule['min']} to {rule['max']}"
    return f"at least {rule['min']}" if "min" in rule else f"at most {rule['max']}"
