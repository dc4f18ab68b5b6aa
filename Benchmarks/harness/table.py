"""Reads `workloads.toml`: the contenders, and the workloads that compare them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

import tomllib


@dataclass
class Contender:
    """A program that makes calls, and how it is built."""

    title: str
    language: str
    command: list[str]
    check: list[str] = field(default_factory=list)


@dataclass
class Language:
    build: list[list[str]] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)
    packages: list[str] = field(default_factory=list)


@dataclass
class Entry:
    """A contender in a workload."""

    of: str
    title: str
    language: str
    arguments: list[str]


@dataclass
class Workload:
    name: str
    group: str
    title: str
    entries: list[Entry]
    server: str = ""
    path: str = ""
    arguments: list[str] = field(default_factory=list)
    figure: str = "us_per_call"
    unit: str = "µs"
    scale: float = 1.0
    under: str = ""
    calls: int = 0
    round: float = 0.25
    rounds: int = 9
    target: float | None = None
    limit: float | None = None
    judged: int = -1
    quick: bool = False

    @property
    def judged_entry(self) -> Entry:
        """The entry for which the target or the limit holds."""
        return self.entries[self.judged]

    def is_measurable(self, contenders: Collection[str]) -> bool:
        """Whether the contenders without which the workload has no meaning are available; others may be missing."""
        return self.entries[0].of in contenders and self.judged_entry.of in contenders


@dataclass
class Table:
    languages: dict[str, Language]
    contenders: dict[str, Contender]
    workloads: list[Workload]


def read(path: Path) -> Table:
    raw = tomllib.loads(path.read_text())
    contenders = {name: Contender(**value) for name, value in raw["contenders"].items()}
    workloads = []
    for value in raw["workloads"]:
        entries = [
            Entry(
                of=entry["of"],
                title=entry.get("title", contenders[entry["of"]].title),
                language=contenders[entry["of"]].language,
                arguments=entry.get("arguments", []),
            )
            for entry in value.pop("entries")
        ]
        workloads.append(Workload(entries=entries, **value))
    return Table({name: Language(**value) for name, value in raw["languages"].items()}, contenders, workloads)
