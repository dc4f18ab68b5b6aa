"""A user's credentials."""

from __future__ import annotations

from typing import NoReturn


class Credentials:
    """A user's credentials: the login with a password, a mobile number, or both.

    The result of a `relogin` function.
    """

    __slots__ = ("login", "mobile", "password")

    def __init__(
        self, login: str, *, password: str | None = None, mobile: str | None = None
    ) -> None:
        """Create credentials.

        Args:
            login: the user name or the e-mail address.
            password: the password.
            mobile: the mobile number.
        """
        self.login = login
        self.password = password
        self.mobile = mobile

    def __repr__(self) -> str:
        return "<Credentials: hidden>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("Credentials cannot be pickled, since they contain secrets")
