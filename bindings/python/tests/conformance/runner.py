"""Runs one case against a sandbox."""

from __future__ import annotations

import json
import threading
import time
from _thread import interrupt_main
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Callable, Optional
from urllib.error import HTTPError

from sandbox import Sandbox

import peerid

from .calls import CALLS, Target
from .expansion import expand
from .failure import CaseFailure
from .matching import match
from .modes import mode as in_mode
from .shortage import shortage
from .table import (
    FORMAT,
    Case,
    check_arguments,
    check_call,
    check_case,
    check_members,
    kind_of_step,
)
from .views import view_of_error
from .world import World

# How a call ended: its result, as cases compare it, or the error.
_End = tuple[Any, Optional[peerid.PeerIDError]]


# The values of `${limit_ms}`: the first, and one that no machine needs.
_FIRST_LIMIT, _LONGEST_LIMIT = 1500, 200_000


def run_case(
    case: Case, sandbox: Sandbox, folder: Path, mode: str = "blocking"
) -> None:
    """Run a case; raise a failure if a result differs.

    A case with a time limit is repeated with twice the limit.
    """
    limit = _FIRST_LIMIT
    has_limit = "${limit_ms}" in json.dumps(case.content)
    while True:
        try:
            return _run_with_limit(case, sandbox, folder / str(limit), mode, limit)
        except CaseFailure:
            limit *= 2
            if not has_limit or limit > _LONGEST_LIMIT:
                raise


def _run_with_limit(
    case: Case, sandbox: Sandbox, folder: Path, mode: str, limit: int
) -> None:
    check_case(case.content)
    folder.mkdir()
    sandbox.reset(case.content.get("fixture", sandbox.fixture))
    sandbox.post("settings", {"stopped_clock_ms": int(time.time()) * 1000})
    with in_mode(mode) as made, World(sandbox, folder, made) as world:
        world.variables["limit_ms"] = str(limit)
        given = case.content.get("client", {})
        if given is not None:
            _run_step(world, "the client", {"call": "client", "with": given})
        for number, step in enumerate(case.content["steps"], 1):
            _run_step(world, f"step {number}", step)


def _run_step(world: World, place: str, step: Any) -> None:
    try:
        kind = kind_of_step(step)
        place = f"{place} ({step[kind] if isinstance(step[kind], str) else kind})"
        if kind == "call":
            _call(world, step)
        elif kind == "sandbox":
            _control(world, step)
        elif kind == "server":
            _compare_requests(world, step["server"])
        else:
            _overwrite_files(expand(step, world.variables))
    except CaseFailure as failure:
        raise CaseFailure(f"{place}: {failure}") from None


def _call(world: World, step: dict[str, Any]) -> None:
    call = check_call(step)
    target = Target(
        world,
        on=step.get("on", call.get("on", "")),
        made=step.get("as", call.get("makes", "")),
    )
    arguments = expand(step.get("with", {}), world.variables)
    check_arguments(step["call"], call, arguments)

    def attempt() -> _End:
        try:
            return CALLS[step["call"]](target, **arguments), None
        except peerid.PeerIDError as error:
            return None, error

    with shortage(step["without"]) if "without" in step else nullcontext():
        if "at_once" in step:
            count = step["at_once"]
            with ThreadPoolExecutor(count) as threads:
                attempts = [threads.submit(attempt) for _ in range(count)]
                ends = [future.result() for future in attempts]
        elif "cancel_when_arrived" in step:
            ends = [_interrupt(attempt, world, step["cancel_when_arrived"])]
        else:
            ends = [attempt()]
    if "succeed" in step:
        count = len(ends)
        ends = [end for end in ends if end[1] is not None]
        if count - len(ends) != step["succeed"]:
            wanted = step["succeed"]
            raise CaseFailure(f"expected {wanted} successes, got {count - len(ends)}")
    for end in ends:
        _compare(world, step, *end)


def _interrupt(attempt: Callable[[], _End], world: World, path: str) -> _End:
    """Send SIGINT or cancel the task when the request has arrived."""
    loop = world.mode.loop

    def press() -> None:
        world.sandbox.wait_for(path)
        interrupt_main() if loop is None else loop.cancel_all()

    presser = threading.Thread(target=press)
    presser.start()
    try:
        end = attempt()
        presser.join()
        if loop is not None:
            return end
    except KeyboardInterrupt as interrupt:
        # The cause is the library's result of the call.
        if isinstance(interrupt.__cause__, peerid.PeerIDError):
            return None, interrupt.__cause__
    raise CaseFailure("the call ended before it could be cancelled")


def _compare(
    world: World, step: dict[str, Any], result: Any, error: peerid.PeerIDError | None
) -> None:
    if "error" in step:
        if error is None:
            raise CaseFailure(
                f"expected the error {step['error']['code']}, got success"
            )
        view = view_of_error(error)
        match(expand(step["error"], world.variables), view, "error")
    elif error is not None:
        outcome = error.outcome.name.lower()
        raise CaseFailure(f"expected success, got {error.name} ({outcome}): {error}")
    else:
        view = result
        if "expect" in step:
            match(expand(step["expect"], world.variables), view, "result")
    _save(world, step, view)


def _save(world: World, step: dict[str, Any], view: Any) -> None:
    for variable, member in step.get("save", {}).items():
        value = view.get(member) if isinstance(view, dict) else None
        if not isinstance(value, str):
            raise CaseFailure(f"there is no text '{member}' to be saved")
        world.variables[variable] = value


def _control(world: World, step: dict[str, Any]) -> None:
    method, _, control = expand(step["sandbox"], world.variables).partition(" ")
    try:
        if method == "GET":
            answer = world.sandbox.get(control)
        elif method == "POST":
            body = expand(step.get("send"), world.variables)
            answer = world.sandbox.post(control, body)
        else:
            raise CaseFailure("a control is 'GET …' or 'POST …'")
    except HTTPError as refusal:
        raise CaseFailure(refusal.read().decode()) from None
    if "expect" in step:
        match(expand(step["expect"], world.variables), answer, "answer")
    _save(world, step, answer)


def _compare_requests(world: World, expected: Any) -> None:
    names = {**FORMAT["server"], "transactions": ""}
    check_members(expected, dict.fromkeys(names, "any?"), "'server'")
    counts = world.sandbox.get("counts")
    seen = {
        name: counts.pop(path, {"total": 0})["total"]
        for name, path in FORMAT["server"].items()
    }
    seen["transactions"] = world.sandbox.executed()
    if counts:
        raise CaseFailure("the server has seen other requests: " + ", ".join(counts))
    match({**dict.fromkeys(names, 0), **expected}, seen, "server")


def _overwrite_files(step: dict[str, Any]) -> None:
    files = list(Path(step["overwrite_files"]).glob("*.session"))
    if not files:
        raise CaseFailure("there is no file to be overwritten")
    for path in files:
        path.write_text(step["text"], "utf-8")
