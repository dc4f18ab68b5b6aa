"""A session whose pair cannot be saved."""

import glob
import json
import subprocess

from harness import KEY, Sandbox, check, folder, start, test


def stored_generation(store):
    """The generation of the only session in a folder."""
    (path,) = glob.glob(f"{store}/*.session")
    with open(path, encoding="utf-8") as file:
        return json.load(file)["token"]["generation"]


def survives(kind, *more):
    with Sandbox() as sandbox, folder() as path:
        store = path + "/store"
        # The program may become another user, who has to get at its folder.
        environment = {"PEERID_URL": sandbox.url, "PEERID_USER": "u0", "PEERID_KEY": KEY, "PEERID_STORE": f"directory:{store}"}
        process = start("disk", kind, store, *more, environment=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        output, errors = process.communicate(timeout=60)
        check(process.returncode == 0, f"status {process.returncode}: {output}{errors}")
        return output.strip(), stored_generation(store)


@test("disk")
def a_full_disk_loses_nothing():
    told, _ = survives("full")
    return told


@test("disk")
def a_read_only_folder_loses_nothing():
    told, _ = survives("read-only")
    return told


@test("disk")
def what_is_not_saved_is_saved_at_exit():
    _, generation = survives("full", "exit")
    check(generation == 2, f"the store holds generation {generation}")
