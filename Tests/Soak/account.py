"""The account of a soak test: what the programs report about each operation, and what the server did with it.

Every operation has its own marker. At the end both sides must agree on every operation."""

from __future__ import annotations

from collections import Counter

OUTCOMES = ("done", "not_sent", "not_done", "unknown")
# How many markers a message lists.
SHOWN = 5


class Account:
    def __init__(self) -> None:
        # The outcome that each program reported, by marker.
        self.reported: dict[int, str] = {}
        self.reported_twice: list[int] = []
        # The result of settling, where it was certain: done or not_done.
        self.settled: dict[int, str] = {}
        # How many operations each program says it has started, and how many it has reported.
        self.begun: dict[str, int] = {}
        self.ended: Counter[str] = Counter()
        # How many times the chain executed each operation.
        self.executed: Counter[int] = Counter()
        # How many requests the server received for it, and how many of them it answered with 401, which means not done.
        self.requests: Counter[int] = Counter()
        self.refused: Counter[int] = Counter()

    def report(self, program: str, marker: int, outcome: str) -> None:
        if marker in self.reported:
            self.reported_twice.append(marker)
        self.reported[marker] = outcome
        self.ended[program] += 1

    def settle(self, marker: int, state: str) -> None:
        if state in ("done", "not_done"):
            self.settled[marker] = state

    def request(self, marker: int, status: int | None) -> None:
        self.requests[marker] += 1
        self.refused[marker] += status == 401

    def count(self, outcome: str) -> int:
        return sum(found == outcome for found in self.reported.values())

    def problems(self) -> list[str]:
        """What does not add up, one line for each kind of problem."""

        def markers(outcome: str) -> set[int]:
            return {marker for marker, found in self.reported.items() if found == outcome}

        executed = set(self.executed)
        wrong = {
            "were reported twice": self.reported_twice,
            "ended with an outcome that does not exist": [
                marker for marker, outcome in self.reported.items() if outcome not in OUTCOMES
            ],
            "were executed more than once": [marker for marker, times in self.executed.items() if times > 1],
            "were executed, and no program began them": executed - set(self.reported),
            "were reported done, and not executed": markers("done") - executed,
            "were reported not sent, and executed": markers("not_sent") & executed,
            "were reported not done, and executed": markers("not_done") & executed,
            "were settled as done, and not executed": {m for m, s in self.settled.items() if s == "done"} - executed,
            "were settled as not done, and executed": {m for m, s in self.settled.items() if s == "not_done"}
            & executed,
            "were reported not sent, and the server had a request": markers("not_sent") & set(self.requests),
            "were executed without a request": executed - set(self.requests),
            "were sent again after something else than HTTP 401": [
                marker for marker, times in self.requests.items() if times - self.refused[marker] > 1
            ],
        }
        lines = [
            f"{len(found)} operations {what}: {', '.join(map(str, sorted(found)[:SHOWN]))}"
            + (", …" if len(found) > SHOWN else "")
            for what, found in wrong.items()
            if found
        ]
        for program, begun in self.begun.items():
            if begun != self.ended[program]:
                lines.append(f"the program {program} began {begun} operations, and reported {self.ended[program]}")
        return lines

    def summary(self) -> str:
        """The account on one line."""
        counts = {outcome: self.count(outcome) for outcome in OUTCOMES}
        sent = len(self.reported) - counts["not_sent"]
        lost = sum(marker in self.executed for marker, outcome in self.reported.items() if outcome == "unknown")
        return (
            f"{sent} operations sent = {counts['done']} done + {counts['not_done']} not done + {counts['unknown']} "
            f"unknown; {lost} of the unknown ones were executed, and {len(self.settled)} were settled at once; "
            f"{counts['not_sent']} not sent; {sum(self.executed.values())} executed, none twice"
        )
