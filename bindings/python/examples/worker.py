"""Makes payments from a queue, and none of them twice.

    worker.py BASE_URL CLIENT_ID CLIENT_SECRET LOGIN PASSWORD JOURNAL < payments

Each line of the standard input is a payment: JSON with an `id` of one's own, `from`,
`to`, `amount`, and perhaps `asset_id`. The worker tells on its standard output what
became of each, and ends with status 1 if a person has to look at one. A payment whose
id has been paid before is left out, so a queue may be given again: after a crash, or
after Ctrl-C.

What makes that safe is JOURNAL, a file of SQLite, which one worker has at a time.
Before a payment is sent the journal notes it, together with the place at which the
chain stands. When the answer is lost, or the worker ends before it comes, the worker
looks for the payment on the chain behind that place, before it sends anything else. It
sends again only when the chain has moved on so far that the lost transaction has
expired. So no other program may make the same payments from the same account
meanwhile.
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
from typing import Any, Callable, NamedTuple

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
        amount = fields.get("amount") if isinstance(fields, dict) else None
        if not isinstance(amount, int) or not 0 < amount < 2**63:
            raise ValueError("a payment is an object with a whole amount below 2^63")
        return cls(
            str(fields["id"]),
            str(fields["from"]),
            str(fields["to"]),
            amount,
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


_FOUND = "paid: found on the chain"
_COLUMNS = "id, sender, receiver, amount, asset_id"


class Journal:
    """What has become of each payment, on the disk before anything else happens."""

    def __init__(self, path: str) -> None:
        """Open the journal; it is made if it does not exist.

        Raises:
            sqlite3.OperationalError: another worker has it.
        """
        # Every statement is a transaction, and durable when it is over.
        self._database = sqlite3.connect(path, isolation_level=None, timeout=0)
        self._database.execute("pragma synchronous = full")
        # From the first statement that writes until the end nobody else may.
        self._database.execute("pragma locking_mode = exclusive")
        self._database.execute("begin exclusive")
        self._database.execute(
            "create table if not exists payments (id text primary key, "
            "sender text, receiver text, amount integer, asset_id text, "
            "done integer, operation integer, block integer)"
        )
        self._database.execute("commit")

    def find(self, payment_id: str) -> Payment | None:
        """Find the payment that was noted under an id."""
        query = f"select {_COLUMNS} from payments where id = ?"
        row = self._database.execute(query, (payment_id,)).fetchone()
        return None if row is None else Payment(*row)

    def open_payments(self) -> list[tuple[Payment, Place]]:
        """List what was sent and may be made, and where the chain stood before."""
        query = f"select {_COLUMNS}, operation, block from payments where not done"
        rows = self._database.execute(query).fetchall()
        return [(Payment(*row[:-2]), Place(*row[-2:])) for row in rows]

    def note_sending(self, payment: Payment, place: Place) -> None:
        """Note that a payment is about to be sent."""
        self._database.execute(
            "insert or replace into payments values (?, ?, ?, ?, ?, 0, ?, ?)",
            (*payment, *place),
        )

    def note_done(self, payment: Payment) -> None:
        """Note that a payment was made."""
        self._database.execute(
            "update payments set done = 1 where id = ?", (payment.id,)
        )

    def note_not_done(self, payment: Payment) -> None:
        """Note that a payment was certainly not made."""
        self._database.execute("delete from payments where id = ?", (payment.id,))

    def close(self) -> None:
        """Close the file."""
        self._database.close()


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

    def open_payments(self) -> list[tuple[Payment, Place]]:
        """List what an earlier worker was sending when it ended.

        It is settled before anything else is sent: of two equal payments nobody could
        tell which one stands on the chain.
        """
        return self._journal.open_payments()

    def settle(self, payment: Payment, place: Place) -> str:
        """Find out what became of an open payment."""
        if self._was_made(payment, place):
            return _FOUND
        return "not paid when the worker ended: the queue has to bring it again"

    def pay(self, payment: Payment) -> str:
        """Make a payment, unless it was made before, and tell how it went."""
        noted = self._journal.find(payment.id)
        if noted is not None:
            if noted != payment:
                raise Left("not paid: another payment had its id")
            return "paid before"
        for attempt in range(1, ATTEMPTS + 1):
            place = self._place(payment)
            try:
                return self._send(payment, place)
            except PeerIDError as error:
                if error.outcome is Outcome.UNKNOWN:
                    if self._was_made(payment, place):
                        return _FOUND
                    continue
                self._journal.note_not_done(payment)
                if isinstance(error, LoginRequired):
                    message = "not paid: the user has to log in again"
                    raise Left(message, stops=True) from error
                if not error.retryable or attempt == ATTEMPTS:
                    raise Left(f"not paid: {error}") from error
                pause(error, attempt)
        raise Left("not paid: its requests are lost again and again", stops=True)

    def _place(self, payment: Payment) -> Place:
        # Without the place a lost answer could not be cleared up: then rather nothing
        # is sent.
        try:
            return self._chain.place(payment.sender)
        except PeerIDError as error:
            message = f"not paid: the chain cannot be read: {error}"
            raise Left(message, stops=True) from error

    def _send(self, payment: Payment, place: Place) -> str:
        self._journal.note_sending(payment, place)
        result = self._session.submit(payment.operation())
        if result.transaction_id is None:
            # A token, which is of no use to anybody when nobody confirms it.
            self._journal.note_not_done(payment)
            message = "the users of this application have to confirm each payment"
            raise Left(f"not paid: {message}", stops=True)
        self._journal.note_done(payment)
        return f"paid: transaction {result.transaction_id} in block {result.block_num}"

    def _was_made(self, payment: Payment, place: Place) -> bool:
        """Ask the chain about a payment that may have been made, and note it."""
        try:
            was_made = self._chain.has(payment, place)
        except PeerIDError as error:
            message = "open: it may have been paid, and the chain cannot be read"
            raise Left(f"{message}: {error}", stops=True) from error
        if was_made:
            self._journal.note_done(payment)
        else:
            self._journal.note_not_done(payment)
        return was_made


def pause(error: PeerIDError, attempt: int) -> None:
    """Wait before the next attempt, longer each time."""
    time.sleep(max(error.retry_after or 0, 0.1 * 2**attempt))


def work(worker: Worker, lines: Iterable[str]) -> bool:
    """Make all payments; True means that nobody has to look at one."""
    for payment, place in worker.open_payments():
        if tell(payment.id, partial(worker.settle, payment, place)):
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
    """Print how an attempt went, and give what a person has to look at."""
    try:
        print(f"{name}: {attempt()}", flush=True)
    except Left as left:
        print(f"{name}: {left}", flush=True)
        return left
    return None


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
    except sqlite3.Error as error:
        print(f"the journal {given.journal}: {error}", file=sys.stderr)
    except PeerIDError as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        print("stopped: run it again with the same journal", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
