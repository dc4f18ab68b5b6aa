"""Makes payments from a queue, and none of them twice.

    worker.py BASE_URL CLIENT_ID CLIENT_SECRET LOGIN PASSWORD JOURNAL < payments

Each line of the standard input is a payment: JSON with an `id` that you choose, `from`,
`to`, `amount`, and optionally `asset_id`. The worker prints the result of each on its
standard output, and ends with status 1 if a person has to check one. A payment whose
id has been paid before is skipped, so you can pass the same queue again after a crash
or Ctrl-C.

JOURNAL, an SQLite file, makes that safe. Only one worker can open it at a time. Before
a payment is sent, it is recorded in the journal together with a mark (`Session.mark`).
If the answer is lost, or the worker ends before it arrives, the worker settles the mark
(`Session.settle`) before it sends anything else, and resends the payment only if it was
not done and cannot be done later. Meanwhile no other program may make the same payments
from the same account.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import time
from collections.abc import Iterable
from contextlib import closing
from functools import partial
from typing import Callable, NamedTuple, TypeVar

from peerid import (
    Client,
    Credentials,
    InvalidArgument,
    LoginRequired,
    Operation,
    Outcome,
    PeerIDError,
    Session,
    ops,
)

ATTEMPTS = 5
Answer = TypeVar("Answer")


class Payment(NamedTuple):
    """A payment of the queue."""

    id: str
    sender: str
    receiver: str
    amount: int
    asset_id: str

    @classmethod
    def read(cls, line: str) -> Payment:
        """Read a line of the queue."""
        fields = json.loads(line)
        amount = fields.get("amount") if isinstance(fields, dict) else None
        # `True` is an `int` as well.
        if type(amount) is not int or not 0 < amount < 2**63:
            raise ValueError("a payment is an object with a whole amount below 2^63")
        texts = (
            fields["id"],
            fields["from"],
            fields["to"],
            fields.get("asset_id", "1.3.0"),
        )
        if not all(isinstance(text, str) and text for text in texts):
            raise ValueError("id, from, to and asset_id are texts that are not empty")
        name, sender, receiver, asset_id = texts
        return cls(name, sender, receiver, amount, asset_id)

    def operation(self) -> Operation:
        """Return the operation that makes the payment."""
        return ops.transfer(
            fee_asset="1.3.0",
            from_=self.sender,
            to=self.receiver,
            amount=ops.Asset(amount=self.amount, asset_id=self.asset_id),
        )


_FOUND = "paid: found on the chain"
_COLUMNS = "id, sender, receiver, amount, asset_id"


class Journal:
    """The state of each payment, synced to disk before anything else happens."""

    def __init__(self, path: str) -> None:
        """Open the journal; it is created if it does not exist.

        Raises:
            sqlite3.OperationalError: another worker has it.
        """
        # Each statement is a transaction, and durable when it ends.
        self._database = sqlite3.connect(path, isolation_level=None, timeout=0)
        self._database.execute("pragma synchronous = full")
        # Keeps the lock on the file until the program ends.
        self._database.execute("pragma locking_mode = exclusive")
        self._database.execute("begin exclusive")
        self._database.execute(
            "create table if not exists payments (id text primary key, "
            "sender text, receiver text, amount integer, asset_id text, "
            "done integer, mark text)"
        )
        self._database.execute("commit")

    def find(self, payment_id: str) -> Payment | None:
        """Find the payment with an id."""
        query = f"select {_COLUMNS} from payments where id = ?"
        row = self._database.execute(query, (payment_id,)).fetchone()
        return None if row is None else Payment(*row)

    def open_payments(self) -> list[tuple[Payment, str]]:
        """List the payments that may have been made, each with its mark."""
        query = f"select {_COLUMNS}, mark from payments where not done"
        rows = self._database.execute(query).fetchall()
        return [(Payment(*row[:-1]), row[-1]) for row in rows]

    def note_sending(self, payment: Payment, mark: str) -> None:
        """Record that a payment is about to be sent."""
        self._database.execute(
            "insert or replace into payments values (?, ?, ?, ?, ?, 0, ?)",
            (*payment, mark),
        )

    def note_done(self, payment: Payment) -> None:
        """Record that a payment was made."""
        self._database.execute(
            "update payments set done = 1 where id = ?", (payment.id,)
        )

    def note_not_done(self, payment: Payment) -> None:
        """Record that a payment was certainly not made."""
        self._database.execute("delete from payments where id = ?", (payment.id,))

    def close(self) -> None:
        """Close the file."""
        self._database.close()


class Left(Exception):
    """A payment was not made, or may have been made; a person has to check it."""

    def __init__(self, message: str, *, stops: bool = False) -> None:
        """Create the error; `stops` means that later payments cannot be made either."""
        super().__init__(message)
        self.stops = stops


class Worker:
    """Makes payments."""

    def __init__(self, session: Session, journal: Journal, longest_wait: float) -> None:
        """Create a worker that pays in the name of a session's user."""
        self._session = session
        self._journal = journal
        self._longest_wait = longest_wait

    def open_payments(self) -> list[tuple[Payment, str]]:
        """List the payments that an earlier worker was sending when it ended.

        They are settled before anything else is sent, because two equal payments cannot
        be distinguished on the chain.
        """
        return self._journal.open_payments()

    def settle(self, payment: Payment, mark: str) -> str:
        """Find out whether an open payment was made."""
        if self._was_made(payment, mark):
            return _FOUND
        return "not paid when the worker ended: put it into the queue again"

    def pay(self, payment: Payment) -> str:
        """Make a payment, unless it was made before; return the result as text."""
        noted = self._journal.find(payment.id)
        if noted is not None:
            if noted != payment:
                raise Left("not paid: another payment had its id")
            return "paid before"
        for attempt in range(1, ATTEMPTS + 1):
            mark = self._mark(payment)
            try:
                return self._send(payment, mark)
            except PeerIDError as error:
                if error.outcome is Outcome.UNKNOWN:
                    if self._was_made(payment, mark):
                        return _FOUND
                    continue
                self._journal.note_not_done(payment)
                if isinstance(error, LoginRequired):
                    message = "not paid: the user has to log in again"
                    raise Left(message, stops=True) from error
                if not error.retryable or attempt == ATTEMPTS:
                    raise Left(f"not paid: {error}") from error
                pause(error, attempt)
        raise Left("not paid: several requests were lost", stops=True)

    def _mark(self, payment: Payment) -> str:
        # Without the mark a lost answer could not be settled, so nothing is sent.
        try:
            return self._again(lambda: self._session.mark(payment.operation()))
        except InvalidArgument as error:
            raise Left(f"not paid: {error}") from error
        except PeerIDError as error:
            message = f"not paid: the chain cannot be read: {error}"
            raise Left(message, stops=True) from error

    def _send(self, payment: Payment, mark: str) -> str:
        self._journal.note_sending(payment, mark)
        result = self._session.submit(payment.operation())
        if result.transaction_id is None:
            # Without a confirmation, the transaction token has no effect.
            self._journal.note_not_done(payment)
            message = "the users of this application have to confirm each payment"
            raise Left(f"not paid: {message}", stops=True)
        self._journal.note_done(payment)
        return f"paid: transaction {result.transaction_id} in block {result.block_num}"

    def _was_made(self, payment: Payment, mark: str) -> bool:
        """Find out whether a payment was made, and record it."""
        while True:
            try:
                settlement = self._again(lambda: self._session.settle(mark))
            except PeerIDError as error:
                message = "open: it may have been paid, and the chain cannot be read"
                raise Left(f"{message}: {error}", stops=True) from error
            if settlement.done:
                self._journal.note_done(payment)
                return True
            if settlement.not_done:
                self._journal.note_not_done(payment)
                return False
            if settlement.retry_after is None:
                blocks = ", ".join(str(it.block_num) for it in settlement.transactions)
                message = f"open: it may be one of those in the blocks {blocks}"
                raise Left(message, stops=True)
            time.sleep(min(settlement.retry_after, self._longest_wait))

    def _again(self, read: Callable[[], Answer]) -> Answer:
        """Read the chain, and retry if that may help; reads are safe to repeat."""
        for attempt in range(1, ATTEMPTS):
            try:
                return read()
            except PeerIDError as error:
                if not error.retryable:
                    raise
                pause(error, attempt)
        return read()


def pause(error: PeerIDError, attempt: int) -> None:
    """Wait before the next attempt, longer each time."""
    time.sleep(max(error.retry_after or 0, 0.1 * 2**attempt))


def work(worker: Worker, lines: Iterable[str]) -> bool:
    """Make all payments; return True if no person has to check one."""
    for payment, mark in worker.open_payments():
        if tell(payment.id, partial(worker.settle, payment, mark)):
            return False
    is_clean = True
    for number, line in enumerate(lines, 1):
        try:
            payment = Payment.read(line)
        except (ValueError, KeyError) as error:
            print(f"line {number}: not a payment: {error}", flush=True)
            is_clean = False
            continue
        left = tell(payment.id, partial(worker.pay, payment))
        if left:
            is_clean = False
            if left.stops:
                break
    return is_clean


def tell(name: str, attempt: Callable[[], str]) -> Left | None:
    """Print the result of an attempt; return the error if a person has to check."""
    try:
        print(f"{name}: {attempt()}", flush=True)
    except Left as left:
        print(f"{name}: {left}", flush=True)
        return left
    return None


def parse(arguments: list[str]) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("base_url", "client_id", "client_secret", "login", "password"):
        parser.add_argument(name)
    parser.add_argument("journal")
    parser.add_argument(
        "--longest-wait",
        type=float,
        default=15,
        metavar="SECONDS",
        help="how long to wait at most before the chain is asked again",
    )
    return parser.parse_args(arguments)


def run(given: argparse.Namespace, journal: Journal) -> bool:
    """Log in, and make the payments from the standard input."""
    credentials = Credentials(given.login, password=given.password)
    with Client(
        given.base_url,
        client_id=given.client_id,
        client_secret=given.client_secret,
        # If a refresh is lost, logging in again returns the current tokens.
        relogin=lambda _: credentials,
    ) as client:
        session = client.login(credentials.login, password=credentials.password)
        worker = Worker(session, journal, given.longest_wait)
        return work(worker, sys.stdin)


def main(arguments: list[str]) -> int:
    """Open the journal, and pay."""
    given = parse(arguments)
    try:
        with closing(Journal(given.journal)) as journal:
            return 0 if run(given, journal) else 1
    except sqlite3.Error as error:
        print(f"the journal {given.journal}: {error}", file=sys.stderr)
    except PeerIDError as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        print("stopped: run it again with the same journal", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
