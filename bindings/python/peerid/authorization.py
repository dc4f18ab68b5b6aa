"""A request for a user's consent."""

from __future__ import annotations

from typing import NamedTuple


class Authorization(NamedTuple):
    """The URL to send the user's browser to, and the state to compare when it is
    redirected back.
    """

    #: The address of the page on which the user signs in and gives consent.
    url: str
    #: The state, to store in the user's web session and pass to `Client.exchange`.
    state: str

    def __repr__(self) -> str:
        page = self.url.partition("?")[0]
        return f"<Authorization: {page}, state hidden>"
