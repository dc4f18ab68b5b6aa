"""Makes payments from a queue, and none of them twice.

    worker.py BASE_URL CLIENT_ID CLIENT_SECRET LOGIN PASSWORD JOURNAL < payments

Each line of the standard input is a payment: JSON with an `id` of one's own, `from`,
`to`, `amount`, and perhaps `asset_id`. The worker tells on its standard output what
became of each, and ends with status 1 if a person has to look at one. A payment whose
id has been paid before is left out, so a queue may be given again: after a crash, or
after Ctrl-C.

What makes that safe is JOURNAL, a file of SQLite. Before a payment is sent the journal
notes it, together with the place at which the chain stands. When the answer is lost the
worker looks for the payment on the chain behind that place. It sends again only when
the chain has moved on so far that the lost transaction has expired. So no other program
may make the same payments from the same account meanwhile.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import time
from collections.abc import Iterable
from contextlib import closing
from typing import Any, NamedTuple

from peerid import (
    Client,
    Credentials,
    LoginRequired,
    Operation,
    Outcome,
    PeerIDError,
    Session,
    ops,
)

ATTEMPTS = 5
SECONDS_PER_BLOCK = 3
# How many operations a node tells at a time.
HISTORY_PAGE = 100


class Payment(NamedTuple):
    """A payment to be made."""

    id: str
    sender: str
    receiver: str
    amount: int
    asset_id: str

    @classmethod
    def read(cls, line: str) -> Payment:
        """Read a line of the queue."""
        fields = json.loads(line)
        if not isinstance(fields, dict) or not isinstance(fields.get("amount"), int):
            raise ValueError("a payment is an object with an integer as its amount")
        return cls(
            str(fields["id"]),
            str(fields["from"]),
            str(fields["to"]),
            fields["amount"],
            str(fields.get("asset_id", "1.3.0")),
        )

    def operation(self) -> Operation:
        """Write the operation that makes the payment."""
        return ops.transfer(
            fee_asset="1.3.0",
            from_=self.sender,
            to=self.receiver,
            amount=ops.Asset(amount=self.amount, asset_id=self.asset_id),
        )

    def is_made_by(self, operation: Any) -> bool:
        """Tell whether an operation of the chain is this payment."""
        number, fields = operation
        return (
            number == 0
            and fields["from"] == self.sender
            and fields["to"] == self.receiver
            # Large amounts arrive as text.
            and int(fields["amount"]["amount"]) == self.amount
            and fields["amount"]["asset_id"] == self.asset_id
        )


class Place(NamedTuple):
    """Where the chain stood: the newest operation of an account, and the block."""

    operation: int
    block: int


class Chain:
    """What the worker asks the chain."""

    def __init__(self, client: Client, lifetime: int) -> None:
        """Ask through a client; `lifetime` is that of a transaction, in blocks."""
        self._client = client
        self._lifetime = lifetime

    def place(self, account: str) -> Place:
        """Tell where the chain stands."""
        newest = self._history(account, since=0, limit=1)
        return Place(_number(newest[0]) if newest else 0, self._head_block())

    def has(self, payment: Payment, since: Place) -> bool:
        """Look for a payment until it is there, or cannot come any more."""
        while True:
            # The block first: what is not in the history afterwards was in no block up
            # to this one.
            block = self._head_block()
            if any(
                payment.is_made_by(entry["op"])
                for entry in self._history(payment.sender, since.operation)
            ):
                return True
            if block >= since.block + self._lifetime:
                return False
            time.sleep(SECONDS_PER_BLOCK)

    def _history(
        self, account: str, since: int, limit: int = HISTORY_PAGE
    ) -> list[dict[str, Any]]:
        """List an account's operations since one of them, the newest first."""
        found: list[dict[str, Any]] = []
        newest = 0
        while True:
            page = self._read(
                "history",
                "get_account_history",
                [account, f"1.11.{since}", limit, f"1.11.{newest}"],
            )
            found += page
            if len(page) < HISTORY_PAGE:
                return found
            newest = _number(page[-1]) - 1
            if newest <= since:
                return found

    def _head_block(self) -> int:
        properties = self._read("database", "get_dynamic_global_properties", [])
        return int(properties["head_block_number"])

    def _read(self, api: str, method: str, params: list[Any]) -> Any:
        """Read the chain; to read again does no harm."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._client.read_chain(api, method, params)
            except PeerIDError as error:
                # Whether the request has left does not matter: it changes nothing.
                if attempt == ATTEMPTS:
                    raise
                pause(error, attempt)
        raise AssertionError("unreachable")


def _number(entry: dict[str, Any]) -> int:
    return int(entry["id"].rpartition(".")[2])


class Journal:
    """What has become of each payment, on the disk before anything else happens."""

    def __init__(self, path: str) -> None:
        """Open the journal; it is made if it does not exist."""
        # Every statement is a transaction, and durable when it is over.
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("pragma synchronous = full")
        self._database.execute(
            "create table if not exists payments (id text primary key, done integer, "
            "operation integer, block integer)"
        )

    def is_done(self, payment: Payment) -> bool:
        """Tell whether a payment was made."""
        row = self._row(payment)
        return row is not None and bool(row[0])

    def sent_at(self, payment: Payment) -> Place | None:
        """Tell where the chain stood when a payment was sent that may be made."""
        row = self._row(payment)
        return None if row is None or row[0] else Place(row[1], row[2])

    def note_sending(self, payment: Payment, place: Place) -> None:
        """Note that a payment is about to be sent."""
        self._database.execute(
            "insert or replace into payments values (?, 0, ?, ?)",
            (payment.id, *place),
        )

    def note_done(self, payment: Payment) -> None:
        """Note that a payment was made."""
        self._database.execute(
            "insert or replace into payments values (?, 1, 0, 0)", (payment.id,)
        )

    def note_not_done(self, payment: Payment) -> None:
        """Note that a payment was certainly not made."""
        self._database.execute("delete from payments where id = ?", (payment.id,))

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _row(self, payment: Payment) -> Any:
        query = "select done, operation, block from payments where id = ?"
        return self._database.execute(query, (payment.id,)).fetchone()


class Left(Exception):
    """A payment was not made, or nobody knows, and a person has to look at it."""

    def __init__(self, message: str, *, stops: bool = False) -> None:
        """Say why; `stops` means that the payments behind it cannot be made either."""
        super().__init__(message)
        self.stops = stops


class Worker:
    """Makes payments."""

    def __init__(self, session: Session, chain: Chain, journal: Journal) -> None:
        """Make a worker that pays in the name of a session's user."""
        self._session = session
        self._chain = chain
        self._journal = journal

    def pay(self, payment: Payment) -> str:
        """Make a payment, unless it was made before, and tell how it went."""
        if self._journal.is_done(payment):
            return "paid before"
        for attempt in range(1, ATTEMPTS + 1):
            sent_at = self._journal.sent_at(payment)
            if sent_at is not None and self._was_made(payment, sent_at):
                self._journal.note_done(payment)
                return "paid: found on the chain"
            try:
                return self._send(payment)
            except PeerIDError as error:
                if error.outcome is Outcome.UNKNOWN:
                    # The journal still says that it is being sent.
                    continue
                self._journal.note_not_done(payment)
                if isinstance(error, LoginRequired):
                    message = "not paid: the user has to log in again"
                    raise Left(message, stops=True) from error
                if not error.retryable or attempt == ATTEMPTS:
                    raise Left(f"not paid: {error}") from error
                pause(error, attempt)
        raise Left("open: its answers are lost again and again", stops=True)

    def _was_made(self, payment: Payment, sent_at: Place) -> bool:
        try:
            return self._chain.has(payment, sent_at)
        except PeerIDError as error:
            message = "open: it may have been paid, and the chain cannot be read"
            raise Left(f"{message}: {error}", stops=True) from error

    def _send(self, payment: Payment) -> str:
        # Without the place a lost answer could not be cleared up: then rather nothing
        # is sent.
        try:
            place = self._chain.place(payment.sender)
        except PeerIDError as error:
            message = f"not paid: the chain cannot be read: {error}"
            raise Left(message, stops=True) from error
        self._journal.note_sending(payment, place)
        result = self._session.submit(payment.operation())
        if result.transaction_id is None:
            # A token, which is of no use to anybody when nobody confirms it.
            self._journal.note_not_done(payment)
            message = "the users of this application have to confirm each payment"
            raise Left(f"not paid: {message}", stops=True)
        self._journal.note_done(payment)
        return f"paid: transaction {result.transaction_id} in block {result.block_num}"


def pause(error: PeerIDError, attempt: int) -> None:
    """Wait before the next attempt, longer each time."""
    time.sleep(max(error.retry_after or 0, 0.1 * 2**attempt))


def work(worker: Worker, lines: Iterable[str]) -> bool:
    """Make all payments; True means that nobody has to look at one."""
    is_clean = True
    for number, line in enumerate(lines, 1):
        try:
            payment = Payment.read(line)
        except (ValueError, KeyError) as error:
            print(f"line {number}: not a payment: {error}", flush=True)
            is_clean = False
            continue
        try:
            print(f"{payment.id}: {worker.pay(payment)}", flush=True)
        except Left as left:
            print(f"{payment.id}: {left}", flush=True)
            is_clean = False
            if left.stops:
                break
    return is_clean


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("base_url", "client_id", "client_secret", "login", "password"):
        parser.add_argument(name)
    parser.add_argument("journal")
    parser.add_argument(
        "--lifetime",
        type=int,
        default=40,
        metavar="BLOCKS",
        help="after so many blocks a transaction that is in none of them has expired",
    )
    return parser.parse_args(arguments)


def run(given: argparse.Namespace, journal: Journal) -> bool:
    """Log in, and make the payments of the standard input."""
    credentials = Credentials(given.login, password=given.password)
    with Client(
        given.base_url,
        client_id=given.client_id,
        client_secret=given.client_secret,
        # If a refresh is lost on the way, logging in again gives back the tokens that
        # are current.
        relogin=lambda _: credentials,
    ) as client:
        session = client.login(credentials.login, password=credentials.password)
        worker = Worker(session, Chain(client, given.lifetime), journal)
        return work(worker, sys.stdin)


def main(arguments: list[str]) -> int:
    """Open the journal, and pay."""
    given = parse(arguments)
    try:
        with closing(Journal(given.journal)) as journal:
            return 0 if run(given, journal) else 1
    except (PeerIDError, sqlite3.Error) as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        print("stopped: run it again with the same journal", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
