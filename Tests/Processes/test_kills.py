"""Processes that refresh are killed at random moments."""

import collections
import fcntl
import glob
import json
import os
import random
import signal
import time
import urllib.parse

from harness import IS_SANITIZED, REFRESH, Sandbox, check, folder, start, test, wait_until

# So many processes at a time, each with a session of its own, until so many have been killed.
SLOTS, KILLS = 16, 160 if IS_SANITIZED else 1000
# How many of the lost sessions without relogin are left alone until they are told to log in.
TOLD = 8
# The faults that the refreshes meet in turn; in milliseconds.
DELAY, DELAY_AFTER = 12, 12
FAULTS = [
    {"kind": "delay", "ms": DELAY, "path": REFRESH},
    {"kind": "delay_after", "ms": DELAY_AFTER, "path": REFRESH},
    {"kind": "delay_after", "ms": 0, "path": REFRESH},
]
# What a kill may hit: from the start of the program until it is killed, in seconds.
EARLIEST, LATEST = (0.1, 0.8) if IS_SANITIZED else (0.02, 0.12)

NOT_SENT = "between two refreshes, or before one was sent"
NOT_PROCESSED = "before the server had carried it out"
NOT_ANSWERED = "carried out, not answered"
NOT_SAVED = "answered, not saved"
SAVED = "answered and saved"
NOT_STORED = "before the first log in was stored"
PHASES = (NOT_STORED, NOT_SENT, NOT_PROCESSED, NOT_ANSWERED, NOT_SAVED, SAVED)


class Slot:
    """A session, and the process that refreshes it."""

    def __init__(self, sandbox, store, index, relogin):
        self.user = f"u{index}"
        self.relogin = relogin
        self.environment = {
            "PEERID_URL": sandbox.url, "PEERID_STORE": "directory:" + store, "PEERID_KEY": self.user, "PEERID_USER": self.user,
        }
        if relogin:
            self.environment["PEERID_RELOGIN"] = "1"
        self.store = store

    def start(self):
        self.process = start("refresher", 0, environment=self.environment)

    def stored_pair(self):
        """The pair in the file, which must be whole."""
        files = glob.glob(f"{self.store}/{self.user}.*.session")
        if not files:
            return None
        with open(files[0]) as file:
            return find_pair(json.load(file))

    def forget(self):
        """What a user does who is told to log in: the next process does it."""
        for file in glob.glob(f"{self.store}/{self.user}.*.session"):
            os.remove(file)

    def locks_are_free(self):
        for path in glob.glob(f"{self.store}/{self.user}.*.lock"):
            with open(path) as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def find_pair(value):
    """The object in a file's JSON that holds the tokens."""
    if isinstance(value, dict):
        if "refresh_token" in value:
            check(len(value["refresh_token"]) == 124 and len(value["access_token"]) == 124, "a stored pair is not whole")
            return value
        for each in value.values():
            found = find_pair(each)
            if found:
                return found
    return None


def refresh_token_of(request):
    return urllib.parse.parse_qs(request["body"]).get("refresh_token", [""])[0]


def phase_of(request, killed_us, is_current):
    """What the kill hit, given the session's last request."""
    if request is None:
        return NOT_SENT
    if request["fault"] == "delay" and killed_us < request["arrived_us"] + DELAY * 1000:
        return NOT_PROCESSED
    answered = request["answered_us"]
    if answered is None or answered > killed_us:
        return NOT_ANSWERED
    return SAVED if is_current else NOT_SAVED


def lose(slot, spent, answers, phase, lost):
    """The session is lost, and the log must show why: the stored refresh token was spent by one request, the pair in its
    answer is the current one, and the process died before it had saved it."""
    successes = [request for request in spent if request["status"] == 200]
    check(len(successes) == 1, f"{slot.user}: {len(successes)} refreshes spent the stored pair")
    made = answers.get(slot.current["refresh_token"])
    check(made is successes[0], f"{slot.user}: the current pair is not that of the lost answer")
    check(phase not in (NOT_SENT, SAVED), f"{slot.user} was lost without need: killed {phase}")
    lost[phase] += 1


class Recoveries:
    """What the next process makes of a lost session, left alone until it ends."""

    def __init__(self):
        self.running = {}
        self.logged_in_again = self.told = self.by_hand = 0

    def begin(self, slot):
        # To be told takes some seconds, in which the library asks again and looks for a sibling: a few show it.
        if slot.relogin or self.told + len(self.running) < TOLD:
            self.running[slot] = start("refresher", 1, environment=slot.environment)
        else:
            slot.forget()
            self.by_hand += 1

    def look(self):
        for slot, process in list(self.running.items()):
            if process.poll() is None:
                continue
            del self.running[slot]
            if slot.relogin:
                check(process.returncode == 0, f"{slot.user} was lost although relogin is on: status {process.returncode}")
                self.logged_in_again += 1
            else:
                check(process.returncode == 3, f"{slot.user} was not told to log in: status {process.returncode}")
                self.told += 1
                slot.forget()


@test("kills")
def processes_are_killed():
    phases, lost = collections.Counter(), collections.Counter()
    recoveries = Recoveries()
    chance = random.Random(4)
    kills = 0
    with Sandbox() as sandbox, folder() as path:
        # A pair is good for the next refresh at once: no process spends its time waiting for that.
        sandbox.post("settings", {"request_log_length": 20000, "save_delay_ms": 0})
        slots = [Slot(sandbox, path + "/store", i, relogin=i % 2 == 1) for i in range(SLOTS)]
        while kills < KILLS:
            recoveries.look()
            ready = [slot for slot in slots if slot not in recoveries.running]
            sandbox.post("requests")
            sandbox.post("faults", {"clear": True})
            sandbox.post("faults", FAULTS * 60)
            for slot in ready:
                slot.start()
            begin = time.monotonic()
            for moment, slot in sorted(((chance.uniform(EARLIEST, LATEST), slot) for slot in ready), key=lambda each: each[0]):
                time.sleep(max(0, begin + moment - time.monotonic()))
                check(slot.process.poll() is None, f"{slot.user} ended by itself: {slot.process.returncode}")
                slot.killed_us = time.time_ns() // 1000
                slot.process.send_signal(signal.SIGKILL)
            for slot in ready:
                slot.process.wait()
                slot.locks_are_free()
                kills += 1
            # What is on its way at the server is carried out all the same.
            time.sleep((DELAY + DELAY_AFTER) / 1000 + 0.03)
            spent_by, answers = collections.defaultdict(list), {}
            for request in sandbox.refresh_requests():
                spent_by[refresh_token_of(request)].append(request)
                if request["status"] == 200:
                    answers[json.loads(request["answer"])["result"]["refresh_token"]] = request
            for slot in ready:
                stored = slot.stored_pair()
                if stored is None:
                    phases[NOT_STORED] += 1
                    continue
                slot.current = sandbox.pair(slot.user)
                is_current = stored["refresh_token"] == slot.current["refresh_token"]
                spent = spent_by[stored["refresh_token"]]
                last = spent[-1] if spent else answers.get(stored["refresh_token"])
                phase = phase_of(last, slot.killed_us, is_current)
                phases[phase] += 1
                if not is_current:
                    lose(slot, spent, answers, phase, lost)
                    recoveries.begin(slot)
        wait_until(lambda: recoveries.look() or not recoveries.running, 30, "the last recoveries")
        # In the end all go on.
        for slot in slots:
            process = start("refresher", 1, environment=slot.environment)
            check(process.wait(timeout=30) == 0, f"{slot.user} does not go on")
    for phase in (NOT_PROCESSED, NOT_ANSWERED, SAVED):
        check(phases[phase] >= 10, f"only {phases[phase]} kills {phase}")
    return "\n".join(
        [f"{kills} kills, {sum(lost.values())} answers lost; then {recoveries.logged_in_again} logged in again by relogin,"
         f" {recoveries.told} told that log in is required, {recoveries.by_hand} logged in by hand"]
        + [f"{phases[phase]:5} killed {phase}: {lost[phase]} lost" for phase in PHASES]
    )
