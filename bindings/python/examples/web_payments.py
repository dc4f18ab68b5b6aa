"""The payments of the web examples: who pays, and each payment once.

A real application keeps the accounts and the payments in its database, where they
survive a restart and all its processes see them.
"""

from __future__ import annotations

import logging
import secrets
from threading import Condition

from peerid import LoginRequired, Operation, Outcome, PeerIDError, Result, Token, ops

# A token contains the user's id at PeerID, but not the user's account, and PeerID does
# not check that the payer is the user. So an application keeps, for each user, the
# account that it has verified. These are users of the sandbox.
ACCOUNTS = {1: "1.2.31", 2: "1.2.33"}
SHOP = "1.2.34"

log = logging.getLogger("payments")


def payer(token: Token) -> str | None:
    """Return the account of the session's user; None if it is not known."""
    return None if token.user_id is None else ACCOUNTS.get(token.user_id)


class Payment:
    """A payment that has begun. It logs what an operator needs to settle it."""

    def __init__(self, payments: Payments, payment_id: str, account: str) -> None:
        """Create a payment from an account to the shop."""
        self._payments = payments
        self._id = payment_id
        self._account = account
        self._marked = False
        self.operation: Operation = ops.transfer(
            fee_asset="1.3.0",
            from_=account,
            to=SHOP,
            amount=ops.Asset(amount=100, asset_id="1.3.0"),
        )

    def write_down(self, mark: str) -> None:
        """Keep the mark, before the payment is sent."""
        log.info("payment %s: mark %s", self._id, mark)
        self._marked = True

    def end(self, result: Result | PeerIDError) -> None:
        """Record the result of the payment, even if the user has left the page."""
        is_open = False
        if isinstance(result, PeerIDError):
            # Without a mark, only the chain was read.
            is_open = self._marked and result.outcome is Outcome.UNKNOWN
            state = "unknown" if is_open else "not done"
            log.info("payment %s: %s: %s", self._id, state, result)
            news = f"Not paid: nothing was done. {result}"
            if isinstance(result, LoginRequired):
                news = "Not paid: please log out, and log in again."
            if is_open:
                news = "Your payment is open: it may have been done. Do not pay again."
        elif result.transaction_id is None:
            log.info("payment %s: not confirmed", self._id)
            news = "Not paid: users of this application confirm each payment."
        else:
            log.info("payment %s: transaction %s", self._id, result.transaction_id)
            news = f"Paid: transaction {result.transaction_id}"
        self._payments.end(self._account, news, is_open)


class Payments:
    """All payments. On leaving the context, waits for those that are running."""

    def __init__(self) -> None:
        """Create an empty table."""
        self._changed = Condition()
        self._running = 0
        # For each account, the id of its next payment (empty while one is open), and
        # the result of the last one.
        self._next: dict[str, str] = {}
        self._news: dict[str, str] = {}

    def __enter__(self) -> Payments:
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._running == 0)

    def offer(self, account: str | None) -> tuple[str, str]:
        """Return the id for the next payment, and the result of the last one.

        The id is empty, and the user cannot pay, while a payment is open.
        """
        if account is None:
            return "", "You cannot pay, because this shop does not know your account."
        with self._changed:
            next_id = self._next.setdefault(account, secrets.token_urlsafe())
            return next_id, self._news.get(account, "")

    def begin(self, account: str | None, payment_id: str) -> Payment | None:
        """Use an id, once: after a reload or a second click there is no payment."""
        with self._changed:
            if account is None or not payment_id:
                return None
            if self._next.get(account) != payment_id:
                return None
            self._next[account] = ""
            self._news[account] = "Your payment is being made. Please reload the page."
            self._running += 1
            return Payment(self, payment_id, account)

    def end(self, account: str, news: str, is_open: bool) -> None:
        """Publish the news of a payment, and allow the next one unless it is open."""
        with self._changed:
            self._news[account] = news
            if not is_open:
                del self._next[account]
            self._running -= 1
            self._changed.notify_all()
