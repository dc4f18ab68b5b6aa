"""The process exits during a refresh, and the library is unloaded."""

import glob
import json
import os
import subprocess

from gate import Gate
from harness import IS_SANITIZED, LIBRARY, Sandbox, check, end, folder, leading_to, start, test

TIMES = 20


def exits(kind, is_answered, ending="exit"):
    """Programs exit during a refresh, which is answered when all of them are exiting, or never."""
    with Sandbox() as sandbox, Gate(sandbox, "answer", TIMES) as gate, leading_to(kind, gate.url) as environment, folder() as path:
        environment["PEERID_STORE"] = f"directory:{path}/store"
        processes = []
        try:
            for i in range(TIMES):
                more = {"PEERID_USER": f"u{i}", "PEERID_KEY": f"u{i}"}
                pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
                answer = "answered" if is_answered else "silent"
                processes.append(start("exiting", ending, answer, environment={**environment, **more}, **pipes))
            gate.await_held()
            for process in processes:
                print(file=process.stdin, flush=True)
            for process in processes:
                check(process.stdout.readline() == "ending\n", "a program does not begin to exit")
            if is_answered:
                gate.decide()
            states = {process.wait(timeout=1800) for process in processes}
        finally:
            end(processes)
        check(states == {0}, f"programs ended with {states}")
        check(sandbox.refreshes() == TIMES, f"{sandbox.refreshes()} refreshes were done")
        saved = 0
        for i in range(TIMES):
            with open(glob.glob(f"{path}/store/u{i}.*.session")[0]) as file:
                saved += json.load(file)["token"]["refresh_token"] == sandbox.pair(f"u{i}")["refresh_token"]
        check(saved == (TIMES if is_answered else 0), f"{saved} of {TIMES} pairs were saved")
        return f"{TIMES} exits, {saved} pairs saved"


@test("exit")
def exit_waits_for_an_answer_that_comes_soon():
    return exits("http", is_answered=True)


@test("exit")
def exit_waits_for_an_answer_that_comes_soon_over_tls():
    return exits("tls", is_answered=True)


@test("exit")
def exit_does_not_wait_for_an_answer_that_does_not_come():
    return exits("http", is_answered=False)


@test("exit")
def exit_does_not_wait_for_an_answer_that_does_not_come_over_tls():
    return exits("tls", is_answered=False)


@test("exit")
def a_client_is_flushed_before_a_process_ends_without_exit():
    return exits("http", is_answered=True, ending="settle")


@test("exit")
def prepare_waits_for_the_same_as_exit():
    return exits("http", is_answered=True, ending="prepare")


@test("exit")
def a_pair_that_the_store_refuses_at_exit_is_saved_again():
    with Sandbox() as sandbox, Gate(sandbox, "answer") as gate:
        environment = {"PEERID_URL": gate.url, "PEERID_USER": "u0"}
        process = start("exiting_unsaved", environment=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        check(process.stdout.readline() == "saved 1\n", "the login was not saved")
        gate.await_held()
        print(file=process.stdin, flush=True)
        check(process.stdout.readline() == "ending\n", "the program does not exit")
        gate.decide()
        output, _ = process.communicate(timeout=1800)
        check(process.returncode == 0, f"status {process.returncode}")
        check(output.split("\n") == ["refused 2", "saved 2", ""], f"the store has {output!r}")


@test("exit")
def the_library_is_unloaded_a_hundred_times():
    with Sandbox() as sandbox:
        process = start("reloading", os.path.join(LIBRARY, "libpeerid.so"), sandbox.url, 100, environment={}, stdout=subprocess.PIPE, text=True)
        output, _ = process.communicate(timeout=1800)
        check(process.returncode == 0, f"status {process.returncode}")
        first, *_, last = memory = [int(line) for line in output.split()]
        check(IS_SANITIZED or last < first + 512, f"memory grew: {memory} kB")
        return f"memory in use after each 25 times: {memory} kB"
