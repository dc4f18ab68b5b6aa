"""The cases of Tests/Conformance, which C and Go run as well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conformance.failure import CaseFailure
from conformance.runner import run_case
from conformance.table import Case, read_broken, read_cases
from sandbox import Sandbox


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    """A separate sandbox, because cases change the fixture."""
    sandbox = Sandbox()
    yield sandbox
    sandbox.stop()


def _cases(mode: str) -> list[Any]:
    return [
        pytest.param(case, id=case.name) for case in read_cases() if case.is_for(mode)
    ]


@pytest.mark.parametrize("case", _cases("blocking"))
def test_case(case: Case, server: Sandbox, tmp_path: Path) -> None:
    _run(case, server, tmp_path, "blocking")


@pytest.mark.parametrize("case", _cases("asynchronous"))
def test_case_asynchronously(case: Case, server: Sandbox, tmp_path: Path) -> None:
    _run(case, server, tmp_path, "asynchronous")


def _run(case: Case, server: Sandbox, folder: Path, mode: str) -> None:
    try:
        run_case(case, server, folder, mode)
    except CaseFailure as failure:
        pytest.fail(f"{case.file}: {case.name}: {failure}", pytrace=False)


@pytest.mark.parametrize(
    ("case", "says"),
    [pytest.param(*entry, id=entry[0].name) for entry in read_broken()],
)
def test_broken_case(
    case: Case, says: list[str], server: Sandbox, tmp_path: Path
) -> None:
    """The runner can fail."""
    with pytest.raises(CaseFailure) as caught:
        run_case(case, server, tmp_path)
    for part in says:
        assert part in str(caught.value)
