"""The sandbox of a soak test, and what it knows about the operations."""

from __future__ import annotations

import json
import re
import subprocess
import time
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

from account import Account
from faults import OPERATIONS, Fault

USERS = ("shared", "c", "bank", "python", "go", "c-others", "python-others", "go-others")
# Enough for all operations of many hours.
BALANCE = 10**17
LOG_LENGTH = 20_000
MARKER = re.compile(r'"amount":\{"amount":(\d+),')
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def fixture() -> dict[str, object]:
    accounts = [f"1.2.{31 + index}" for index in range(len(USERS))]
    return {
        "users": [
            {"username": name, "password": f"{name}-password", "account": account}
            for name, account in zip(USERS, accounts, strict=False)
        ],
        "apps": [{"client_id": 4, "client_secret": "demo-secret-4", "name": "soak", "operations": ["transfer"]}],
        "joined": [{"user": name, "app": 4} for name in USERS],
        "tokens": [
            {
                "user": name,
                "app": 4,
                "token": f"access{name}x".replace("-", "").ljust(124, "0"),
                "refresh_token": f"refresh{name}x".replace("-", "").ljust(124, "0"),
            }
            for name in USERS
        ],
        "chain": {"balances": [{"account": account, "asset": "1.3.0", "amount": BALANCE} for account in accounts]},
        "settings": {"request_log_length": LOG_LENGTH},
    }


class Server:
    """A sandbox that ends with this process."""

    def __init__(self, program: Path, folder: Path) -> None:
        file = folder / "fixture.json"
        file.write_text(json.dumps(fixture()))
        self.process = subprocess.Popen(
            [str(program), "--json", "--exit-with-stdin", "--idle-seconds=0", "--fixture", str(file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        self.url = json.loads(self.process.stdout.readline())["url"]
        # How many faults have happened, by kind and path.
        self.happened: Counter[tuple[str, str]] = Counter()
        # How many requests and executed operations have been read.
        self._requests = 0
        self._executed = 0

    def call(self, control: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        with _direct.open(urllib.request.Request(f"{self.url}/sandbox/{control}", data=data), timeout=600) as answer:
            return json.load(answer)

    def apply(self, fault: Fault) -> None:
        self.call(fault.control, fault.body)
        if fault.expires:
            self.call("expire", {})

    def clear(self) -> None:
        """Removes all faults that have not happened yet."""
        self.call("faults", {"clear": True})

    def read_requests(self, account: Account) -> None:
        """Adds the requests that have ended since the last time to the account."""
        for entry in self.call(f"requests?after={self._requests}"):
            if entry["ended_us"] is None:
                break
            self._requests += 1
            assert entry["sequence"] == self._requests, "the sandbox has forgotten requests: raise LOG_LENGTH"
            if entry["fault"]:
                self.happened[entry["fault"], entry["path"]] += 1
            if entry["path"] == OPERATIONS:
                found = MARKER.search(entry["body"])
                assert found, f"a request without a marker: {entry['body']}"
                account.request(int(found[1]), entry["status"])

    def read_executed(self, account: Account) -> int:
        """Adds what was executed since the last time to the account; returns how many transactions are still in the
        pool."""
        state = self.call("executed")
        new = state["count"] - self._executed
        assert new <= len(state["operations"]), "the sandbox has forgotten executed operations: read them more often"
        self._executed += new
        for entry in state["operations"][len(state["operations"]) - new :]:
            account.executed[entry["operation"][1]["amount"]["amount"]] += 1
        return state["waiting"]

    def settle(self, account: Account) -> list[str]:
        """Reads the rest, once nothing can happen any more; returns what is missing."""
        end = time.monotonic() + 1200
        while True:
            waiting = self.read_executed(account)
            self.read_requests(account)
            total = sum(count["total"] for count in self.call("counts").values())
            if waiting == 0 and total == self._requests:
                return []
            if time.monotonic() > end:
                return [
                    f"{waiting} transactions wait in the node's pool; {total - self._requests} requests have not ended"
                ]
            time.sleep(0.2)

    def stop(self) -> None:
        if self.process.stdin:
            self.process.stdin.close()
        self.process.wait()
