"""Accounts of the chain."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from . import _exact

if TYPE_CHECKING:
    from .result import Response


class Account(NamedTuple):
    """A chain account, such as the payer of an operation."""

    #: The object id, such as `1.2.31`.
    id: str
    #: The name, such as `pi-alice`; it never changes.
    name: str


def read_account(response: Response) -> Account:
    """Read an account."""
    return Account(**_exact.read(response.text))
