"""Types and globals that the Swift runtime creates in the first call of a process."""

import os
import shutil
import subprocess

from harness import PROGRAMS, ROOT, SOURCES, check, folder, reached_by, test
from test_fork import kinds, reset

# The normal library with its symbols.
LIBRARY = os.path.join(ROOT, "build", "normal", "libpeerid.so")


@test("runtime")
def the_first_call_creates_no_type():
    """The runtime creates types and globals under locks that no fork handler can take. So creating a client creates
    them all."""
    with reached_by("http") as (sandbox, environment), folder() as path:
        shutil.copy(LIBRARY, os.path.join(path, "libpeerid.so.1"))
        pair = sandbox.pair("u0")
        environment = dict(
            os.environ, **environment, LD_LIBRARY_PATH=path, PEERID_USER="u0", PEERID_STORE=f"directory:{path}/store",
            PEERID_ACCESS=pair["token"], PEERID_REFRESH=pair["refresh_token"], PEERID_LOG="1",
        )
        failures, chosen = [], kinds()
        for kind in chosen:
            reset(sandbox)
            # The child starts its call long after the parent's call has ended.
            command = ["gdb", "-batch", "-x", os.path.join(SOURCES, "made_types.gdb"), "--args"]
            command += [os.path.join(PROGRAMS, "first_call"), kind, "200000"]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=1800)
            lines = done.stdout.splitlines()
            check("watching" in lines and "exited normally" in done.stdout, f"{kind}: {done.stdout[-1000:]}{done.stderr[-1000:]}")
            made = sorted({line for line in lines if line.startswith("made:")})
            if made:
                failures += [f"{kind} creates types:", *made]
    check(not failures, "\n".join(failures))
    return f"{len(chosen)} kinds of calls"
