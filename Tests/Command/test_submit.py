"""Submitting files: checks first, each transaction once, resuming after any end."""

from __future__ import annotations

import json
import resource
import signal
from typing import Any

import pytest

from conftest import PATIENT, Command, await_line, ended, executed, transfer
from sandbox import OPERATIONS, REFRESH, UNTIL_RELEASED


def sent(peerid: Command) -> int:
    return peerid.sandbox.count(f"POST {OPERATIONS}")


def test_one_operation(alice: Command) -> None:
    answer = alice("submit", alice.write("one.json", 7))
    assert answer.status == 0
    result = answer.json
    assert (result["n"], result["line"], result["state"]) == (1, 1, "done")
    assert len(result["transaction_id"]) == 40
    assert result["block_num"] > 0
    assert "1 done" in answer.errors
    assert executed(alice) == [7]


def test_lines_of_json_are_a_transaction_each(alice: Command) -> None:
    answer = alice("submit", alice.write("many.jsonl", 1, 2, 3))
    assert answer.status == 0
    assert answer.states == [(1, "done"), (2, "done"), (3, "done")]
    assert executed(alice) == [1, 2, 3]
    assert sent(alice) == 3


def test_an_array_is_one_transaction_and_may_span_lines(alice: Command) -> None:
    text = json.dumps([transfer(1), transfer(2)], indent=2) + "\n" + json.dumps({"operations": [transfer(3)]}, indent=1)
    (alice.home / "two.json").write_text("\ufeff" + text)
    answer = alice("submit", "two.json")
    assert answer.status == 0
    assert answer.states == [(1, "done"), (2, "done")]
    assert answer.lines[1]["line"] == len(json.dumps([transfer(1), transfer(2)], indent=2).splitlines()) + 1
    assert executed(alice) == [1, 2, 3]
    assert sent(alice) == 2


def test_standard_input(alice: Command) -> None:
    answer = alice("submit", "-", input=json.dumps(transfer(5)))
    assert answer.status == 0
    assert executed(alice) == [5]
    assert list(alice.home.glob("*.journal")) == []


def test_the_whole_result(alice: Command) -> None:
    result = alice("submit", "--full", alice.write("one.json", 7)).json["result"]
    assert result["trx"]["operations"][0][0] == 0


def test_nothing_is_sent_when_one_transaction_is_invalid(alice: Command) -> None:
    alice.write("bad.jsonl", 1, 2)
    with (alice.home / "bad.jsonl").open("a") as file:
        file.write('{"op_name": "transfer", "from": 5}\n{"op_name": nonsense}\n')
    answer = alice("submit", "bad.jsonl")
    assert answer.status == 2
    assert "bad.jsonl:3: " in answer.errors
    assert "bad.jsonl:4: " in answer.errors
    assert "nothing was sent" in answer.errors
    assert sent(alice) == 0
    assert not (alice.home / "bad.jsonl.journal").exists()


def test_nothing_is_sent_when_the_user_has_not_granted_one(alice: Command) -> None:
    alice.write("ops.jsonl", 1)
    with (alice.home / "ops.jsonl").open("a") as file:
        file.write(json.dumps({"op_name": "witness_update"}) + "\n")
    answer = alice("submit", "ops.jsonl")
    assert answer.status == 2
    assert sent(alice) == 0


def test_text_that_is_not_utf_8_is_not_repaired(alice: Command) -> None:
    (alice.home / "latin.json").write_bytes(b'{"op_name": "nft_metadata_create", "name": "caf\xe9"}')
    answer = alice("submit", "latin.json")
    assert answer.status == 2
    assert "UTF-8" in answer.errors


def test_an_error_has_its_position_in_the_file(peerid: Command) -> None:
    answer = peerid("check", "-", input='{"op_name":   "transfer", x}')
    assert "standard input:1" in answer.output
    assert "column 27" in answer.output


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_an_empty_file(alice: Command, text: str) -> None:
    (alice.home / "empty").write_text(text)
    assert alice("submit", "empty").status == 2
    assert alice("submit", "missing").status == 2


def test_check_says_which_transactions_are_valid(peerid: Command) -> None:
    peerid.write("ops.jsonl", 1, 2)
    with (peerid.home / "ops.jsonl").open("a") as file:
        file.write('{"op_name": "transfer"}\n')
    answer = peerid("check", "ops.jsonl", "--json")
    assert answer.status == 2
    assert [(line["n"], line["valid"]) for line in answer.lines] == [(1, True), (2, True), (3, False)]
    text = peerid("check", "ops.jsonl").output.splitlines()
    assert text[0] == "ops.jsonl:1: valid: transfer"
    assert text[2].startswith("ops.jsonl:3: invalid: ")
    assert sent(peerid) == 0


def test_check_needs_neither_server_nor_session(peerid: Command) -> None:
    for name in ["PEERID_BASE_URL", "PEERID_CLIENT_ID", "PEERID_CLIENT_SECRET"]:
        del peerid.environment[name]
    assert peerid("check", peerid.write("one.json", 1)).status == 0
    assert peerid("check", "-", input="[]").status == 2


# Failures


def test_the_first_failure_stops_the_run(alice: Command) -> None:
    alice.sandbox.fault("refuse_on_chain", OPERATIONS, skip=1, message="Insufficient Balance")
    answer = alice("submit", alice.write("three.jsonl", 1, 2, 3))
    assert answer.status == 1
    assert answer.states == [(1, "done"), (2, "not_done")]
    assert answer.lines[1]["error"]["code"] == "chain_rejected"
    assert "1 done, 1 not done, 1 not sent" in answer.errors
    assert "peerid submit --resume three.jsonl" in answer.errors
    assert executed(alice) == [1]


def test_keep_going_sends_the_others(alice: Command) -> None:
    alice.sandbox.fault("refuse_on_chain", OPERATIONS, skip=1, message="Insufficient Balance")
    answer = alice("submit", "--keep-going", alice.write("three.jsonl", 1, 2, 3))
    assert answer.status == 1
    assert answer.states == [(1, "done"), (2, "not_done"), (3, "done")]
    assert executed(alice) == [1, 3]


def test_resume_sends_what_was_not_done_and_nothing_else(alice: Command) -> None:
    alice.sandbox.fault("refuse_on_chain", OPERATIONS, skip=1, message="Insufficient Balance")
    alice("submit", "--keep-going", alice.write("three.jsonl", 1, 2, 3))
    answer = alice("submit", "--resume", "three.jsonl")
    assert answer.status == 0
    assert answer.states == [(2, "done")]
    assert executed(alice) == [1, 3, 2]
    # Once everything is done, resuming does nothing.
    again = alice("submit", "--resume", "three.jsonl")
    assert (again.status, again.output) == (0, "")
    assert executed(alice) == [1, 3, 2]


def test_the_summary_as_json(alice: Command) -> None:
    alice.sandbox.fault("refuse_on_chain", OPERATIONS, skip=1, message="Insufficient Balance")
    answer = alice("submit", "--json", alice.write("three.jsonl", 1, 2, 3))
    assert json.loads(answer.errors)["summary"] == {
        "done": 1,
        "needs_confirmation": [],
        "not_done": [2],
        "not_sent": [3],
        "unknown": [],
        "stopped": None,
    }


def test_a_lost_answer_is_unknown_and_never_sent_again(alice: Command) -> None:
    alice.sandbox.fault("drop_after", OPERATIONS, skip=1)
    answer = alice("submit", alice.write("three.jsonl", 1, 2, 3))
    assert answer.status == 4
    assert answer.states == [(1, "done"), (2, "unknown")]
    assert "Unknown: 2." in answer.errors
    assert "peerid settle --wait three.jsonl" in answer.errors
    resumed = alice("submit", "--resume", "three.jsonl")
    assert resumed.status == 4
    assert resumed.states == [(3, "done")]
    assert executed(alice) == [1, 2, 3]


def test_an_ended_session_stops_the_run_even_with_keep_going(alice: Command) -> None:
    alice.sandbox.post("revoke", {"user": "alice"})
    answer = alice("submit", "--keep-going", alice.write("three.jsonl", 1, 2, 3))
    assert answer.status == 5
    assert len(answer.lines) == 1
    assert "peerid login" in answer.errors
    alice.login()
    assert alice("submit", "--resume", "three.jsonl").status == 0
    assert executed(alice) == [1, 2, 3]


def test_an_expired_token_is_renewed_during_the_run(alice: Command) -> None:
    alice.sandbox.expire()
    assert alice("submit", alice.write("three.jsonl", 1, 2, 3)).status == 0
    assert alice.sandbox.count(f"POST {REFRESH}") == 1


# The journal


def test_an_incomplete_run_is_not_repeated_by_mistake(alice: Command) -> None:
    alice.sandbox.fault("refuse_on_chain", OPERATIONS, skip=1, message="Insufficient Balance")
    alice("submit", alice.write("three.jsonl", 1, 2, 3))
    refused = alice("submit", "three.jsonl")
    assert refused.status == 2
    assert "--resume" in refused.errors
    assert "--again" in refused.errors
    assert executed(alice) == [1]
    assert alice("submit", "--again", "three.jsonl").status == 0
    assert executed(alice) == [1, 1, 2, 3]


def test_a_complete_run_may_be_repeated(alice: Command) -> None:
    name = alice.write("one.json", 7)
    assert alice("submit", name).status == 0
    assert alice("submit", name).status == 0
    assert executed(alice) == [7, 7]


def test_a_run_that_did_nothing_may_be_repeated_after_a_correction(alice: Command) -> None:
    alice.sandbox.fault("refuse_on_chain", OPERATIONS, message="Insufficient Balance")
    assert alice("submit", alice.write("one.json", 7)).status == 1
    assert alice("submit", alice.write("one.json", 8)).status == 0
    assert executed(alice) == [8]


def test_a_file_that_was_changed_is_not_resumed(alice: Command) -> None:
    alice.sandbox.fault("refuse_on_chain", OPERATIONS, skip=1, message="Insufficient Balance")
    alice("submit", alice.write("three.jsonl", 1, 2, 3))
    answer = alice("submit", "--resume", alice.write("three.jsonl", 2, 3))
    assert answer.status == 2
    assert "transaction 1" in answer.errors
    # Transactions that were not done may be corrected, and lines may be added at the end.
    assert alice("submit", "--resume", alice.write("three.jsonl", 1, 5, 3, 4)).status == 0
    assert executed(alice) == [1, 5, 3, 4]


def test_a_journal_of_another_user_is_not_resumed(alice: Command) -> None:
    alice.login("bob")
    alice.sandbox.fault("refuse_on_chain", OPERATIONS, skip=1, message="Insufficient Balance")
    alice("submit", "-u", "alice", alice.write("two.jsonl", 1, 2))
    answer = alice("submit", "-u", "bob", "--resume", "two.jsonl")
    assert answer.status == 2
    assert "'alice'" in answer.errors


def test_each_transaction_is_in_the_journal_before_it_is_sent(alice: Command) -> None:
    alice.sandbox.fault("delay", OPERATIONS, ms=UNTIL_RELEASED)
    run = alice.start("submit", *PATIENT, alice.write("two.jsonl", 1, 2))
    alice.sandbox.wait_for(OPERATIONS)
    assert [entry["state"] for entry in alice.journal("two.jsonl.journal")[1:]] == ["sending"]
    run.kill()
    run.communicate()
    assert run.returncode == -signal.SIGKILL
    # The outcome is not known, so it is not sent again.
    resumed = alice("submit", "--resume", "two.jsonl")
    assert resumed.status == 4
    assert resumed.states == [(2, "done")]
    assert "Unknown: 1." in resumed.errors
    assert sent(alice) == 2


def test_a_torn_line_at_the_end_of_the_journal_was_not_sent(alice: Command) -> None:
    alice.sandbox.fault("refuse_on_chain", OPERATIONS, skip=1, message="Insufficient Balance")
    alice("submit", alice.write("two.jsonl", 1, 2))
    journal = alice.home / "two.jsonl.journal"
    journal.write_text(journal.read_text() + '{"n":2,"state":"send')
    assert alice("submit", "--resume", "two.jsonl").status == 0
    assert executed(alice) == [1, 2]
    assert [entry.get("state") for entry in alice.journal("two.jsonl.journal")][-2:] == ["sending", "done"]


def test_a_file_that_is_not_a_journal_is_not_changed(alice: Command) -> None:
    (alice.home / "notes").write_text("my notes\n")
    answer = alice("submit", "--journal", "notes", alice.write("one.json", 1))
    assert answer.status == 2
    assert (alice.home / "notes").read_text() == "my notes\n"
    assert sent(alice) == 0


def test_nothing_is_sent_without_a_writable_journal(alice: Command) -> None:
    answer = alice("submit", "--journal", "missing/journal", alice.write("one.json", 1))
    assert answer.status == 2
    assert "missing/journal" in answer.errors
    assert alice("submit", "--journal", "/dev/full", "one.json").status == 2
    assert sent(alice) == 0


def test_a_full_disk_stops_the_run_before_the_next_transaction(alice: Command) -> None:
    def fill_the_disk() -> None:
        # Space for the header of the journal and a transaction, but not for its answer.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (700, 700))

    run = alice.start("submit", alice.write("two.jsonl", 1, 2), preexec_fn=fill_the_disk)
    output, errors = run.communicate()
    assert run.returncode == 1
    assert [json.loads(line)["state"] for line in output.splitlines()] == ["done"]
    assert "cannot write the journal" in errors
    assert executed(alice) == [1]
    # The journal does not say how the first one ended, so it is not sent again.
    assert alice("submit", "--resume", "two.jsonl").states == [(2, "done")]
    assert executed(alice) == [1, 2]


def test_two_runs_of_one_file_at_a_time(alice: Command) -> None:
    alice.sandbox.fault("delay", OPERATIONS, ms=UNTIL_RELEASED)
    first = alice.start("submit", *PATIENT, alice.write("two.jsonl", 1, 2))
    alice.sandbox.wait_for(OPERATIONS)
    for option in ["--resume", "--again"]:
        answer = alice("submit", option, "two.jsonl")
        assert answer.status == 2
        assert "in use" in answer.errors
    first.kill()
    first.communicate()
    assert sent(alice) == 1


def test_standard_input_with_a_journal(alice: Command) -> None:
    text = "".join(json.dumps(transfer(amount)) + "\n" for amount in (1, 2))
    alice.sandbox.fault("refuse_on_chain", OPERATIONS, skip=1, message="Insufficient Balance")
    assert alice("submit", "-", "--journal", "j", input=text).status == 1
    assert alice("submit", "-", "--resume", input=text).status == 2
    assert alice("submit", "-", "--resume", "--journal", "j", input=text).status == 0
    assert executed(alice) == [1, 2]


# Interruptions


def test_ctrl_c_stops_after_the_pending_answer(alice: Command) -> None:
    alice.sandbox.fault("delay_after", OPERATIONS, ms=UNTIL_RELEASED, skip=1)
    terminal = alice.type("submit", *PATIENT, alice.write("four.jsonl", 1, 2, 3, 4))
    alice.sandbox.wait_for(OPERATIONS, at_least=2)
    terminal.sendintr()
    terminal.expect("Stopping after the response")
    alice.sandbox.release()
    terminal.expect('"n":2,"line":2,"state":"done"')
    terminal.expect("Interrupted.")
    terminal.expect("2 done, 2 not sent")
    terminal.expect_exact("peerid submit --resume four.jsonl")
    assert ended(terminal) == 130
    assert executed(alice) == [1, 2]
    assert alice("submit", "--resume", "four.jsonl").states == [(3, "done"), (4, "done")]
    assert executed(alice) == [1, 2, 3, 4]


def test_a_second_ctrl_c_stops_waiting_and_the_outcome_is_unknown(alice: Command) -> None:
    alice.sandbox.fault("delay_after", OPERATIONS, ms=UNTIL_RELEASED, skip=1)
    terminal = alice.type("submit", *PATIENT, alice.write("four.jsonl", 1, 2, 3, 4))
    alice.sandbox.wait_for(OPERATIONS, at_least=2)
    terminal.sendintr()
    terminal.expect("Ctrl-C again")
    terminal.sendintr()
    terminal.expect('"n":2,"line":2,"state":"unknown"')
    terminal.expect("1 done, 2 not sent, 1 unknown")
    assert ended(terminal) == 4
    assert alice("submit", "--resume", "four.jsonl").states == [(3, "done"), (4, "done")]
    assert executed(alice) == [1, 2, 3, 4]


def test_sigterm_stops_as_well(alice: Command) -> None:
    alice.sandbox.fault("delay_after", OPERATIONS, ms=UNTIL_RELEASED)
    run = alice.start("submit", *PATIENT, alice.write("two.jsonl", 1, 2))
    alice.sandbox.wait_for(OPERATIONS)
    run.terminate()
    await_line(run, "Stopping after the response")
    alice.sandbox.release()
    output, errors = run.communicate()
    assert run.returncode == 143
    assert [json.loads(line)["state"] for line in output.splitlines()] == ["done"]
    assert "1 done, 1 not sent" in errors


def test_a_closed_pipe_stops_the_run(alice: Command) -> None:
    alice.sandbox.fault("delay_after", OPERATIONS, ms=UNTIL_RELEASED, skip=1)
    run = alice.start("submit", *PATIENT, alice.write("three.jsonl", 1, 2, 3))
    assert run.stdout is not None
    run.stdout.readline()
    run.stdout.close()
    alice.sandbox.wait_for(OPERATIONS, at_least=2)
    alice.sandbox.release()
    run.wait()
    assert executed(alice) == [1, 2]
    assert alice("submit", "--resume", "three.jsonl").states == [(3, "done")]


# Output for people


def test_a_progress_bar_for_many_on_a_terminal(alice: Command) -> None:
    terminal = alice.type("submit", alice.write("three.jsonl", 1, 2, 3), columns=60)
    assert ended(terminal) == 0
    bars = [line for line in terminal.before.replace("\n", "\r").split("\r") if "[" in line and "/3" in line]
    assert [bar.split("] ")[1][:3] for bar in bars] == ["0/3", "1/3", "2/3"]
    assert all(len(bar.replace("\x1b[K", "")) < 60 for bar in bars)
    # It is erased before each result, and at the end.
    assert "\r\x1b[K{" in terminal.before


def test_no_progress_bar_elsewhere(alice: Command) -> None:
    answer = alice("submit", alice.write("three.jsonl", 1, 2, 3))
    assert "\x1b" not in answer.output + answer.errors
    assert "/3" not in answer.errors
    terminal = alice.type("submit", alice.write("one.json", 1))
    assert ended(terminal) == 0
    assert "1/1" not in terminal.before


def test_a_transaction_that_needs_a_confirmation(alice: Command) -> None:
    app: Any = next(app for app in alice.sandbox.fixture["apps"] if app.get("signing_request_required"))
    alice.environment["PEERID_CLIENT_ID"] = str(app["client_id"])
    alice.environment["PEERID_CLIENT_SECRET"] = app["client_secret"]
    alice.login()
    answer = alice("submit", alice.write("one.json", 7))
    assert answer.states == [(1, "needs_confirmation")]
    assert "peerid confirm" in answer.errors
    assert executed(alice) == []
    confirmed = alice("confirm", answer.json["transaction_token"])
    assert confirmed.status == 0
    assert executed(alice) == [7]
    assert alice("confirm", answer.json["transaction_token"]).status == 1
    # Resuming does not ask for a second token.
    assert alice("submit", "--resume", "one.json").output == ""


def test_file_names_are_quoted_for_the_shell(alice: Command) -> None:
    alice.sandbox.fault("refuse_on_chain", OPERATIONS, skip=1, message="Insufficient Balance")
    answer = alice("submit", alice.write("my payments.jsonl", 1, 2))
    assert "peerid submit --resume 'my payments.jsonl'" in answer.errors
