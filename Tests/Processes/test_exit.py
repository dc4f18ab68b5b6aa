"""The process ends while a refresh is on its way, and the library is unloaded."""

import glob
import json
import os
import subprocess
import time

from harness import IS_SANITIZED, LIBRARY, REFRESH, Sandbox, check, end, folder, reached_by, start, test

TIMES = 20


def exits(kind, delay, is_saved, ending="exit"):
    """So many programs exit in the middle of a refresh that is answered after `delay` ms."""
    with reached_by(kind) as (sandbox, environment), folder() as path:
        sandbox.post("faults", {"kind": "delay_after", "ms": delay, "path": REFRESH, "times": "always"})
        environment["PEERID_STORE"] = f"directory:{path}/store"
        processes, slowest = [], 0
        for i in range(TIMES):
            user = f"u{i}"
            processes.append(start("exiting", 200, ending, environment={**environment, "PEERID_USER": user, "PEERID_KEY": user}))
        begin = time.monotonic()
        try:
            for process in processes:
                process.wait(timeout=20)
                slowest = max(slowest, time.monotonic() - begin)
        finally:
            end(processes)
        states = {process.returncode for process in processes}
        check(states == {0}, f"programs ended with {states}")
        check(slowest < 5, f"an exit took {slowest:.1f} s")
        sent = len(sandbox.refresh_requests())
        check(sent == TIMES, f"{sent} refreshes: not all were on their way")
        saved = 0
        for i in range(TIMES):
            with open(glob.glob(f"{path}/store/u{i}.*.session")[0]) as file:
                saved += json.load(file)["token"]["refresh_token"] == sandbox.pair(f"u{i}")["refresh_token"]
        if is_saved:
            check(saved == TIMES, f"only {saved} of {TIMES} pairs were saved")
        return f"{TIMES} exits, {saved} pairs saved, the slowest after {slowest:.1f} s"


@test("exit")
def exit_waits_for_an_answer_that_comes_soon():
    return exits("http", 1000, is_saved=True)


@test("exit")
def exit_waits_for_an_answer_that_comes_soon_over_tls():
    return exits("tls", 1000, is_saved=True)


@test("exit")
def exit_does_not_wait_for_a_late_answer():
    return exits("http", 10000, is_saved=False)


@test("exit")
def exit_does_not_wait_for_a_late_answer_over_tls():
    return exits("tls", 10000, is_saved=False)


@test("exit")
def a_client_settles_before_a_process_ends_without_exit():
    return exits("http", 1000, is_saved=True, ending="settle")


@test("exit")
def what_exit_waits_for_can_be_waited_for_before():
    return exits("http", 1000, is_saved=True, ending="prepare")


@test("exit")
def a_pair_that_is_refused_while_the_process_exits_is_saved_again():
    with reached_by("http") as (sandbox, environment):
        sandbox.post("faults", {"kind": "delay_after", "ms": 600, "path": REFRESH})
        process = start("exiting_unsaved", environment={**environment, "PEERID_USER": "u0"}, stdout=subprocess.PIPE, text=True)
        output, _ = process.communicate(timeout=20)
        check(process.returncode == 0, f"status {process.returncode}")
        check(output.split("\n") == ["saved 1", "refused 2", "saved 2", ""], f"the store has {output!r}")


@test("exit")
def the_library_is_unloaded_a_hundred_times():
    with Sandbox() as sandbox:
        # Or the next log in would give back the pair that the last refresh is about to replace.
        sandbox.post("settings", {"save_delay_ms": 0})
        process = start("reloading", os.path.join(LIBRARY, "libpeerid.so"), sandbox.url, 100, environment={}, stdout=subprocess.PIPE, text=True)
        output, _ = process.communicate(timeout=60)
        check(process.returncode == 0, f"status {process.returncode}")
        first, *_, last = memory = [int(line) for line in output.split()]
        check(IS_SANITIZED or last < first + 512, f"memory grew: {memory} kB")
        return f"memory in use after each 25 times: {memory} kB"
