"""Settling transactions whose answer was lost."""

from __future__ import annotations

import json
import signal
import time

import pytest

from conftest import PATIENT, Command, ended, executed
from sandbox import OPERATIONS, UNTIL_RELEASED, Sandbox

# Longer than a block can take to contain a transaction.
LATER = {"clock_offset_s": 600}


@pytest.fixture(autouse=True)
def stopped_clock(sandbox: Sandbox) -> None:
    """No transaction expires before the test wants it to."""
    sandbox.post("settings", {"stopped_clock_ms": int(time.time()) * 1000})


def lose(peerid: Command, *kinds: str) -> None:
    """Lose the answers of the next transactions, each with one of these faults."""
    peerid.sandbox.post("faults", [{"kind": kind, "path": OPERATIONS} for kind in kinds])


def test_a_transaction_that_was_done(alice: Command) -> None:
    lose(alice, "drop_after")
    assert alice("submit", alice.write("two.jsonl", 1, 2)).status == 4
    settled = alice("settle", "two.jsonl", "--json")
    assert settled.status == 0, settled
    assert (settled.json["n"], settled.json["state"]) == (1, "done")
    assert settled.json["transaction_id"] == alice.sandbox.get("executed")["operations"][0]["transaction_id"]
    assert alice("submit", "--resume", "two.jsonl").states == [(2, "done")]
    assert executed(alice) == [1, 2]


def test_a_transaction_that_was_not_done_is_sent_again(alice: Command) -> None:
    lose(alice, "lose_before_chain")
    assert alice("submit", alice.write("two.jsonl", 1, 2)).status == 4
    early = alice("settle", "two.jsonl", "--json")
    assert early.status == 4
    assert early.json["state"] == "not_yet"
    assert early.json["retry_after_ms"] > 0
    assert "--wait" in alice("settle", "two.jsonl").output
    alice.sandbox.post("settings", LATER)
    late = alice("settle", "two.jsonl")
    assert late.status == 0
    assert late.output.startswith("1  not_done  ")
    assert alice("submit", "--resume", "two.jsonl").states == [(1, "done"), (2, "done")]
    assert executed(alice) == [1, 2]
    assert "No outcome is unknown" in alice("settle", "two.jsonl").errors


def test_waiting_until_it_is_known(alice: Command) -> None:
    lose(alice, "lose_before_chain")
    alice("submit", alice.write("one.json", 1))
    terminal = alice.type("settle", "--wait", "one.json", columns=120)
    terminal.expect("may still be executed; checking again in")
    alice.sandbox.post("settings", LATER)
    terminal.expect("1  not_done")
    assert ended(terminal) == 0


def test_a_run_that_was_killed(alice: Command) -> None:
    alice.sandbox.fault("delay_after", OPERATIONS, ms=UNTIL_RELEASED)
    run = alice.start("submit", *PATIENT, alice.write("two.jsonl", 1, 2))
    alice.sandbox.wait_for(OPERATIONS)
    run.send_signal(signal.SIGKILL)
    run.communicate()
    assert alice("settle", "two.jsonl", "--json").json["state"] == "done"
    assert alice("submit", "--resume", "two.jsonl").states == [(2, "done")]
    assert executed(alice) == [1, 2]


def test_equal_transactions_are_matched_one_to_one(alice: Command) -> None:
    lose(alice, "drop_after")
    answer = alice("submit", "--keep-going", alice.write("equal.jsonl", 7, 7))
    assert answer.states == [(1, "unknown"), (2, "done")]
    settled = alice("settle", "equal.jsonl", "--json")
    assert settled.status == 0, settled
    assert settled.json["state"] == "done"
    assert settled.json["transaction_id"] != answer.lines[1]["transaction_id"]
    assert executed(alice) == [7, 7]


def test_equal_transactions_of_another_run_are_decided_by_a_person(alice: Command) -> None:
    lose(alice, "drop_after")
    alice("submit", alice.write("equal.jsonl", 7))
    assert alice("submit", "-", input=(alice.home / "equal.jsonl").read_text()).status == 0
    settled = alice("settle", "equal.jsonl", "--json")
    assert settled.status == 4
    assert settled.json["state"] == "undecided"
    assert len(settled.json["transactions"]) == 2
    assert alice("settle", "equal.jsonl", "--done", "1").status == 0


def test_a_person_states_the_outcome(alice: Command) -> None:
    lose(alice, "drop_after", "drop_before")
    alice("submit", "--keep-going", alice.write("three.jsonl", 1, 2, 3))
    assert alice("settle", "three.jsonl", "--done", "3").status == 2
    assert alice("settle", "three.jsonl", "--done", "1", "--not-done", "1").status == 2
    half = alice("settle", "three.jsonl", "--done", "1")
    assert half.status == 4
    assert half.output.startswith("2  unknown")
    assert alice("settle", "three.jsonl", "--not-done", "2").status == 0
    assert alice("submit", "--resume", "three.jsonl").states == [(2, "done")]
    assert executed(alice) == [1, 3, 2]


def test_without_marks_only_a_person_can_find_out(alice: Command) -> None:
    lose(alice, "drop_after")
    answer = alice("submit", "--without-marks", alice.write("one.json", 1))
    assert answer.status == 4
    assert all("mark" not in entry for entry in alice.journal("one.json.journal"))
    settled = alice("settle", "one.json", "--json")
    assert settled.status == 4
    assert settled.json["state"] == "unknown"


def test_a_transaction_that_cannot_be_marked_is_not_sent(alice: Command) -> None:
    alice.sandbox.fault("status", "/api/v1/app/blockchain-data", status=500, times="always")
    answer = alice("submit", alice.write("one.json", 1))
    assert answer.status == 3
    assert answer.states == [(1, "not_sent")]
    assert answer.json["error"]["outcome"] == "not_sent"
    assert executed(alice) == []
    assert alice("submit", "--without-marks", "one.json").status == 0


def test_the_journal_of_another_user(alice: Command) -> None:
    lose(alice, "drop_after")
    alice("submit", alice.write("one.json", 1))
    alice.login("bob")
    answer = alice("settle", "one.json", "-u", "bob")
    assert answer.status == 2
    assert "'alice'" in answer.errors
    # Without a name the user is the one who submitted it.
    assert alice("settle", "one.json").status == 0


def test_a_file_without_a_journal(peerid: Command) -> None:
    assert peerid("settle", peerid.write("one.json", 1)).status == 2
    (peerid.home / "one.json.journal").write_text(json.dumps({"journal": "other"}) + "\n")
    assert peerid("settle", "one.json").status == 2
