"""Logs a user in, submits a transfer, lets the token expire, and submits again.

    login_and_submit.py BASE_URL CLIENT_ID CLIENT_SECRET LOGIN PASSWORD FROM TO

If the environment variable PEERID_EXAMPLE_EXPIRE contains a command, the program runs
it between the two transfers; the demo uses it to expire the token in the sandbox.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys

from peerid import Client, PeerIDError, Session, operation_name, ops


def log(level: int, message: str) -> None:
    """Print an event of the library."""
    if level >= logging.INFO:
        print(f"  (library)   {message}")


def print_scope(session: Session) -> None:
    """Print the operations that the user granted."""
    line = "  may submit"
    for number in session.token.scope or ():
        if len(line) > 76:
            print(line)
            line = " " * 12
        line += f" {operation_name(number) or '?'}"
    print(line)


def transfer(session: Session, sender: str, receiver: str, amount: int) -> None:
    """Submit one transfer, and print the result."""
    print(f"Transferring {amount} from {sender} to {receiver}")
    result = session.submit(
        ops.transfer(
            fee_asset="1.3.0",
            from_=sender,
            to=receiver,
            amount=ops.Asset(amount=amount, asset_id="1.3.0"),
        )
    )
    if result.transaction_id is None:
        print("  not done yet: it has to be confirmed, see Session.confirm")
        return
    print(f"  transaction {result.transaction_id} in block {result.block_num}")


def main(arguments: list[str]) -> int:
    """Run the example."""
    if len(arguments) != 7:
        print(__doc__, file=sys.stderr)
        return 2
    url, client_id, client_secret, login, password, sender, receiver = arguments
    # Keeps the order of the lines of this program and the command.
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    try:
        with Client(
            url, client_id=client_id, client_secret=client_secret, log=log
        ) as client:
            print(f"Logging in as {login}")
            session = client.login(login, password=password)
            print_scope(session)
            transfer(session, sender, receiver, 100000)
            expire = os.environ.get("PEERID_EXAMPLE_EXPIRE")
            if expire:
                print("The server lets the token expire")
                subprocess.run(expire, shell=True, check=True)
            transfer(session, sender, receiver, 250)
    except PeerIDError as error:
        outcome = error.outcome.name.lower()
        print(f"{error.name} (outcome {outcome}): {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
