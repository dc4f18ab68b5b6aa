"""What is written to the disk, in which order, and what happens when a write fails."""

import glob
import json
import os
import subprocess

import harness
from gate import Gate
from harness import KEY, Sandbox, check, folder, start, test

# A save writes a new file, truncates and syncs it, renames it, and syncs the directory. Releasing the lock removes what
# is left of the reservation, here nothing.
SAVE = ["write new", "truncate new", "sync new", "rename new", "sync directory", "unlink new"]


def steps_of(file):
    """The steps of a process (see checkpoint.c), without opening files."""
    with open(file, encoding="utf-8") as lines:
        return [line for line in lines.read().splitlines() if not line.startswith("open")]


@test("disk")
def a_session_is_durable_before_its_lock_is_released_and_its_space_reserved_before_the_request():
    with Sandbox() as sandbox, folder() as path:
        store, steps = path + "/store", path + "/steps"
        environment = {
            "PEERID_URL": sandbox.url, "PEERID_USER": "u0", "PEERID_KEY": KEY, "PEERID_STORE": "directory:" + store,
            "LD_PRELOAD": harness.CHECKPOINT, "PEERID_DIRECTORY": store, "PEERID_STEPS": steps,
        }
        check(start("refresher", 1, environment=environment).wait(timeout=1800) == 0, "the program failed")
        expected = ["mkdir directory", "sync parent"]
        expected += ["lock lock", "reserve new", "send token", *SAVE, "unlock lock"]
        # The process that wrote a new session may have died before it synced the directory.
        refresh = ["lock lock", "sync directory", "reserve new", "send refreshtoken", *SAVE, "unlock lock"]
        expected += refresh
        found = steps_of(steps)
        check(found == expected, f"the steps are {found}")
        # An existing directory is not created again.
        os.remove(steps)
        check(start("refresher", 1, environment=environment).wait(timeout=1800) == 0, "the program failed")
        check(steps_of(steps) == ["sync directory", *refresh], "a second time")


def stored_generation(store):
    """The generation of the only session in a directory."""
    (path,) = glob.glob(f"{store}/*.session")
    with open(path, encoding="utf-8") as file:
        return json.load(file)["token"]["generation"]


def write_fails(kind):
    """Runs disk.c. Returns the refreshes that reached the server, and the stored generation at the end."""
    with Sandbox() as sandbox, folder() as path, Gate(sandbox, "answer" if kind.startswith("later") else None) as gate:
        store = path + "/store"
        environment = {"PEERID_URL": gate.url, "PEERID_USER": "u0", "PEERID_KEY": KEY, "PEERID_STORE": f"directory:{store}"}
        process = start(
            "disk", kind, store, environment=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )
        if kind.startswith("later"):
            gate.await_held()
            print(file=process.stdin, flush=True)
            check(process.stdout.readline() == "read-only\n", "the directory is not read-only")
            gate.decide()
        output, errors = process.communicate(timeout=1800)
        check(process.returncode == 0, f"status {process.returncode}: {output}{errors}")
        return output.strip(), sandbox.refreshes(), stored_generation(store)


@test("disk")
def on_a_full_disk_no_refresh_is_sent():
    facts, refreshes, generation = write_fails("full")
    check((refreshes, generation) == (1, 2), f"{refreshes} refreshes, generation {generation}")
    return facts


@test("disk")
def in_a_read_only_directory_no_refresh_is_sent():
    facts, refreshes, generation = write_fails("read-only")
    check((refreshes, generation) == (1, 2), f"{refreshes} refreshes, generation {generation}")
    return facts


@test("disk")
def a_pair_that_cannot_be_saved_any_more_is_saved_later():
    facts, refreshes, generation = write_fails("later")
    check((refreshes, generation) == (2, 3), f"{refreshes} refreshes, generation {generation}")
    return facts


@test("disk")
def an_unsaved_pair_is_saved_at_exit():
    _, refreshes, generation = write_fails("later-exit")
    check((refreshes, generation) == (1, 2), f"{refreshes} refreshes, generation {generation}")
