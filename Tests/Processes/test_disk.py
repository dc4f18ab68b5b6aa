"""A session whose pair cannot be saved."""

import subprocess

from harness import KEY, Sandbox, check, folder, start, test


def survives(kind):
    with Sandbox() as sandbox, folder() as path:
        store = path + "/store"
        # The program may become another user, who has to get at its folder.
        environment = {"PEERID_URL": sandbox.url, "PEERID_USER": "u0", "PEERID_KEY": KEY, "PEERID_STORE": f"directory:{store}"}
        process = start("disk", kind, store, environment=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        output, errors = process.communicate(timeout=60)
        check(process.returncode == 0, f"status {process.returncode}: {output}{errors}")
        return output.strip()


@test("disk")
def a_full_disk_loses_nothing():
    return survives("full")


@test("disk")
def a_read_only_folder_loses_nothing():
    return survives("read-only")
