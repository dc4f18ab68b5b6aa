"""Logs a user in, submits a transfer, lives through the server refusing the token, and submits again.

    login_and_submit.py BASE_URL CLIENT_ID CLIENT_SECRET LOGIN PASSWORD FROM TO

With the environment variable PEERID_EXAMPLE_EXPIRE set to a command, that command is run between the two transfers.
"""

from __future__ import annotations

import os
import subprocess
import sys

from peerid import Client, PeerIDError, Session


def transfer(session: Session, sender: str, receiver: str, amount: int) -> None:
    """Submits one transfer and prints what became of it."""
    print(f"Transferring {amount} from {sender} to {receiver}")
    result = session.submit(
        {
            "op_name": "transfer",
            "fee_asset": "1.3.0",
            "from": sender,
            "to": receiver,
            "amount": {"amount": amount, "asset_id": "1.3.0"},
        }
    )
    print(f"  transaction {result.transaction_id} in block {result.block_num}", flush=True)


def main() -> int:
    """Runs the story."""
    if len(sys.argv) != 8:
        print(__doc__, file=sys.stderr)
        return 2
    url, client_id, secret, login, password, sender, receiver = sys.argv[1:]
    try:
        with Client(url, client_id=int(client_id), client_secret=secret) as client:
            print(f"Logging in as {login}", flush=True)
            with client.login(login, password=password) as session:
                transfer(session, sender, receiver, 100000)
                expire = os.environ.get("PEERID_EXAMPLE_EXPIRE")
                if expire:
                    print("The server lets the token expire", flush=True)
                    subprocess.run(expire, shell=True, check=True)
                transfer(session, sender, receiver, 250)
                print(f"  token of generation {session.token.generation}")
    except PeerIDError as error:
        print(f"{error.name} ({error.outcome.name.lower()}): {error.message}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
