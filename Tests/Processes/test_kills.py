"""A process is killed at each point of a refresh."""

import concurrent.futures
import fcntl
import glob
import json
import os
import signal
import urllib.parse

import harness
from gate import Gate
from harness import Sandbox, check, folder, start, test, wait_until

# Where the process is killed: before a step (see checkpoint.c; the first of each kind belongs to the login, the second
# to the refresh), or while the gate holds the request or its answer. Then whether the session is lost, and how many
# refreshes the server has done.
POINTS = {
    "before the lock of the first login": ("open lock 1", False, 0),
    "before the first login is sent": ("reserve new 1", False, 0),
    "before the first session is written": ("write new 1", False, 0),
    "when the first session is half written": ("half write new 1", False, 0),
    "before the first session is renamed": ("rename new 1", False, 0),
    "before the first session is durable": ("sync directory 1", False, 0),
    "before the lock": ("open lock 2", False, 0),
    "with the lock": ("sync directory 2", False, 0),
    "before space is reserved": ("reserve new 2", False, 0),
    "before the request": ("send refreshtoken 1", False, 0),
    "when the request was sent, and never arrives": ("request lost", False, 0),
    "when the request was sent, and arrives": ("request arrives", True, 1),
    "done, not answered": ("answer", True, 1),
    "answered, not written": ("write new 2", True, 1),
    "half written": ("half write new 2", True, 1),
    "written, not truncated": ("truncate new 2", True, 1),
    "written, not synced": ("sync new 2", True, 1),
    "synced, not renamed": ("rename new 2", True, 1),
    "renamed, directory not synced": ("sync directory 3", False, 1),
    "saved": ("unlock lock 2", False, 1),
}


class Killed:
    """A session whose process is killed at a point."""

    def __init__(self, sandbox, store, user, relogin):
        self.sandbox, self.store, self.user, self.relogin = sandbox, store, user, relogin

    def start(self, url=None, **more):
        environment = {
            "PEERID_URL": url or self.sandbox.url, "PEERID_STORE": "directory:" + self.store,
            "PEERID_KEY": self.user, "PEERID_USER": self.user, **more,
        }
        if self.relogin:
            environment["PEERID_RELOGIN"] = "1"
        return start("refresher", 1, environment=environment)

    def kill_at(self, point):
        """Runs to the point, and kills the process."""
        if point.startswith(("request", "answer")):
            kind, _, fate = point.partition(" ")
            with Gate(self.sandbox, kind) as gate:
                process = self.start(gate.url)
                gate.await_held()
                kill(process)
                gate.decide(forwards=fate != "lost")
            return
        half = {"PEERID_STOP_HALF": "1"} if point.startswith("half ") else {}
        process = self.start(
            LD_PRELOAD=harness.CHECKPOINT, PEERID_DIRECTORY=self.store, PEERID_STOP=point.removeprefix("half "), **half
        )
        await_stop(process)
        kill(process)

    def verify(self, is_lost, refreshes):
        """The stored pair is complete, the locks are free, and the server has done the expected refreshes."""
        for path in glob.glob(f"{self.store}/{self.user}.*.lock"):
            with open(path) as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        done = [request for request in self.sandbox.refresh_requests(limit=1000) if self.is_mine(request)]
        check(len(done) == refreshes, f"{len(done)} refreshes were done")
        stored = self.stored_pair()
        current = self.sandbox.pair(self.user)["refresh_token"]
        check(is_lost == (stored is not None and stored["refresh_token"] != current), f"the session is {'not ' * is_lost}lost")

    def is_mine(self, request):
        token = urllib.parse.parse_qs(request["body"]).get("refresh_token", [""])[0]
        return request["status"] == 200 and token.startswith(f"refresh{self.user}x")

    def stored_pair(self):
        files = glob.glob(f"{self.store}/{self.user}.*.session")
        if not files:
            return None
        with open(files[0]) as file:
            pair = json.load(file)["token"]
        check(len(pair["refresh_token"]) == 124 and len(pair["access_token"]) == 124, "the stored pair is not complete")
        return pair

    def recover(self, is_lost):
        """The next process uses the session; if its pair is lost and relogin is not allowed, it gets *login
        required*."""
        expected = 3 if is_lost and not self.relogin else 0
        status = self.start().wait(timeout=1800)
        check(status == expected, f"the next process ends with {status} instead of {expected}")
        if expected == 3:
            for file in glob.glob(f"{self.store}/{self.user}.*.session"):
                os.remove(file)
            check(self.start().wait(timeout=1800) == 0, "the user cannot log in again")


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.wait()


def await_stop(process):
    """Waits until the process has stopped itself."""

    def has_stopped():
        _, status = os.waitpid(process.pid, os.WUNTRACED | os.WNOHANG) if process.returncode is None else (0, 0)
        if status and not os.WIFSTOPPED(status):
            process.returncode = os.waitstatus_to_exitcode(status)
            raise AssertionError(f"the process ended with {process.returncode} before it reached its point")
        return bool(status)

    wait_until(has_stopped, 600, "the process reaches its point")


def kill_and_recover(sandbox, store, index, point, relogin):
    what, is_lost, refreshes = point
    killed = Killed(sandbox, store, f"u{index}", relogin)
    killed.kill_at(what)
    killed.verify(is_lost, refreshes)
    killed.recover(is_lost)


def kills_at_all_points(relogin):
    with Sandbox() as sandbox, folder() as path, concurrent.futures.ThreadPoolExecutor(4) as pool:
        sandbox.post("settings", {"request_log_length": 10000})
        runs = {
            name: pool.submit(kill_and_recover, sandbox, path + "/store", index, point, relogin)
            for index, (name, point) in enumerate(POINTS.items())
        }
        failures = [f"{name}: {run.exception()!r}" for name, run in runs.items() if run.exception()]
        check(not failures, "\n".join(failures))
    return f"{len(POINTS)} points, at {sum(is_lost for _, is_lost, _ in POINTS.values())} of them the answer is lost"


@test("kills")
def a_process_is_killed_at_every_point_of_a_refresh():
    return kills_at_all_points(relogin=False)


@test("kills")
def with_relogin_no_kill_ends_a_session():
    return kills_at_all_points(relogin=True)
