"""16 processes with 8 threads each share one session whose access token expires all the time."""

import json
import mmap
import os
import struct
import subprocess
import tempfile
import time

from gate import Gate
from harness import KEY, Pooler, Postgres, Redis, Sandbox, check, end, folder, server, start, test, wait_until

PROCESSES, THREADS = 16, 8
ROUND_SECONDS = 1800
# For so long a session whose refresh token was refused looks for the pair of another process before it is over. A
# session that is over looks again at later calls.
LATE_SAVE_SECONDS = 3


class Sharers:
    """The processes, and the board on which they record their progress: see sharing.c."""

    ROUND, STOP, FIRST = 0, 1, 2
    FIELDS = ("reached", "successes", "login_required", "store_failures", "other_failures")

    def __init__(self, sandbox, store, processes=PROCESSES, threads=THREADS, url=None, **environment):
        self.sandbox = sandbox
        self.threads = processes * threads
        self.round = self.expiries = self.excused = 0
        self.file = tempfile.NamedTemporaryFile()
        self.file.truncate(1 << 20)
        self.board = mmap.mmap(self.file.fileno(), 1 << 20)
        given = {"PEERID_URL": url or sandbox.url, "PEERID_USER": "u0", "PEERID_STORE": store, **environment}
        if store != "none":
            given["PEERID_KEY"] = KEY
        self.processes = [start("sharing", self.file.name, i, threads, environment=given) for i in range(processes)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        end(self.processes)
        self.board.close()
        self.file.close()

    def _set(self, index, value):
        struct.pack_into("=Q", self.board, index * 8, value)

    def values(self, field):
        offset = self.FIRST + self.FIELDS.index(field)
        return [struct.unpack_from("=Q", self.board, (offset + i * 5) * 8)[0] for i in range(self.threads)]

    def total(self, field):
        return sum(self.values(field))

    def begin_round(self):
        """The token expires before each round, so a process that completes the round has used a newer token. In the
        first round nothing expires; after it all processes have the session."""
        self.round += 1
        if self.round > 1:
            self.sandbox.expire()
            self.expiries += 1
        self._set(self.ROUND, self.round)

    def await_round(self, threads=None):
        """Waits until this many threads have reached the round; all by default."""

        def is_reached():
            return sum(reached >= self.round for reached in self.values("reached")) >= (threads or self.threads)

        try:
            wait_until(is_reached, ROUND_SECONDS, f"the threads reach round {self.round}")
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.state()}") from None

    def excuse_logins(self):
        """Accepts the failures until now: a pair was saved so late that sessions were over until then."""
        self.excused = self.total("login_required")

    def play(self, rounds):
        for _ in range(rounds):
            self.begin_round()
            self.await_round()

    def stop(self):
        self._set(self.STOP, 1)
        for process in self.processes:
            check(process.wait(timeout=1800) == 0, "a process failed")

    def state(self):
        return ", ".join(f"{field} {self.total(field)}" for field in self.FIELDS[1:])

    def verify(self):
        """Checks the promises at the end."""
        refreshes = self.sandbox.refreshes()
        check(self.total("login_required") == self.excused, f"a process was logged out: {self.state()}")
        check(self.total("other_failures") == 0, f"operations failed: {self.state()}")
        check(refreshes == self.expiries, f"{refreshes} refreshes for {self.expiries} expiries")
        executed = self.sandbox.get("executed")
        check(executed["transactions"] == self.total("successes"), f"{executed['transactions']} operations done, {self.state()}")
        amounts = [json.dumps(operation["operation"]) for operation in executed["operations"]]
        check(len(amounts) > 0, "no operation was seen")
        check(len(set(amounts)) == len(amounts), "an operation was done twice")
        return f"{self.expiries} expiries, {refreshes} refreshes, {executed['transactions']} operations; {self.state()}"


@test("sharing")
def a_folder_is_shared():
    with Sandbox() as sandbox, folder() as path, Sharers(sandbox, f"directory:{path}/store") as sharers:
        sharers.play(16)
        sharers.stop()
        return sharers.verify()


@test("sharing")
def without_a_store_the_promise_breaks():
    """The control: processes that each have their own copy of the pair invalidate each other's tokens. A process with a
    pair that the server never accepted cannot distinguish this from a server that saves late, so it does not log out at
    once."""
    with Sandbox() as sandbox, Sharers(sandbox, "none", processes=4, threads=2) as sharers:
        sharers.play(1)
        sharers.begin_round()
        wait_until(
            lambda: sharers.total("login_required") + sharers.total("other_failures") > 0, ROUND_SECONDS, "a process has no valid tokens"
        )
        return sharers.state()


def over_a_server(kind):
    with (
        Sandbox() as sandbox, Gate(sandbox) as gate, server(kind) as database,
        Sharers(sandbox, database.store, url=gate.url) as sharers,
    ):
        # The log keeps the refreshes, however many operations follow.
        sandbox.post("settings", {"request_log_length": 1000000})
        sharers.play(7)
        facts = [f"6 expiries: {sharers.state()}"]

        # The lock server is down when the token expires: no process refreshes without the lock, and each reports why.
        before = sandbox.refreshes()
        database.stop()
        sharers.begin_round()
        wait_until(lambda: min(sharers.values("store_failures")) > 0, ROUND_SECONDS, "every thread has had a store error")
        check(sandbox.refreshes() == before, "a refresh was sent without the lock")
        database.start()
        sharers.await_round()
        facts.append(f"restarted: {sharers.state()}")
        check(sandbox.refreshes() == sharers.expiries, f"{sandbox.refreshes()} refreshes for {sharers.expiries} expiries: {facts[-1]}")

        # The lock is lost during a refresh: first during one that the server has already done, then during one that it
        # does after the next holder's. A lock passes on in time.
        for point in ("answer", "request"):
            sharers.play(1)
            sandbox.post("requests")
            gate.hold(point)
            sharers.begin_round()
            gate.await_held()
            dropped_at = time.monotonic()
            database.drop_lock()
            if point == "answer":
                wait_until(lambda: len(sandbox.refresh_requests()) > 1, ROUND_SECONDS, "the next holder refreshes")
                gate.decide()
                # When another process uses the pair, it is stored. If that is late, sessions may be over until then.
                sharers.await_round(threads=THREADS + 1)
                is_late = time.monotonic() - dropped_at > LATE_SAVE_SECONDS
                sharers.await_round()
                if is_late:
                    sharers.excuse_logins()
            else:
                # All others use the pair of the next holder.
                sharers.await_round(threads=(PROCESSES - 1) * THREADS)
                gate.decide()
                sharers.await_round()
            answers = [request["status"] for request in sandbox.refresh_requests()]
            facts.append(f"lock lost ({point} held): refreshes answered {answers}")
            check(answers.count(200) == 1, facts[-1])
        sharers.play(1)
        sharers.stop()
        return "\n".join(facts + [sharers.verify()])


@test("postgres")
def postgresql_is_shared():
    return over_a_server(Postgres)


@test("postgres")
def the_lock_is_the_same_in_all_languages():
    """Table and lock are part of the format: this is the number of the lock for the key alice."""
    with Sandbox() as sandbox, Gate(sandbox, "answer") as gate, server(Postgres) as database:
        environment = {"PEERID_URL": gate.url, "PEERID_USER": "u0", "PEERID_KEY": "alice", "PEERID_STORE": database.store}
        process = start("refresher", 1, environment=environment)
        locks = "SELECT (classid::bigint << 32 | objid::bigint)::text FROM pg_locks WHERE locktype = 'advisory' AND granted"
        gate.await_held()
        check("-3143686724721133024" in database.query(locks), "another lock is held")
        gate.decide()
        check(process.wait(timeout=1800) == 0, "the program failed")
        stored = database.query("SELECT key || ' ' || generation FROM peerid_sessions")
        check(stored == ["alice 2"], "the session is not stored")


@test("postgres")
def signals_do_not_end_a_statement():
    with server(Postgres) as database:
        process = start("interrupted", database.connection, environment={}, stdout=subprocess.PIPE, text=True)
        interruptions, _ = process.communicate(timeout=1800)
        check(process.returncode == 0 and int(interruptions) > 0, f"status {process.returncode}, {interruptions} interruptions")


@test("postgres")
def with_a_read_only_database_nothing_is_refreshed():
    """As after a failover: the program is connected to a replica."""
    with Sandbox() as sandbox, server(Postgres) as database:
        environment = {"PEERID_URL": sandbox.url, "PEERID_USER": "u0", "PEERID_KEY": KEY, "PEERID_STORE": database.store}
        check(start("refresher", 1, environment=environment).wait(timeout=1800) == 0, "the first program failed")
        environment["PEERID_STORE"] += " options='-c default_transaction_read_only=on'"
        environment["PEERID_TABLE"] = "exists"
        process = start("refresher", 1, environment=environment, stderr=subprocess.PIPE, text=True)
        _, errors = process.communicate(timeout=1800)
        check("target_session_attrs" in errors and process.returncode == 1, f"status {process.returncode}: {errors}")
        check(sandbox.refreshes() == 1, "a refresh was sent whose result cannot be saved")


@test("postgres")
def without_the_right_to_save_nothing_is_refreshed():
    with Sandbox() as sandbox, server(Postgres) as database:
        environment = {"PEERID_URL": sandbox.url, "PEERID_USER": "u0", "PEERID_KEY": KEY, "PEERID_STORE": database.store}
        check(start("refresher", 1, environment=environment).wait(timeout=1800) == 0, "the first program failed")
        database.query("CREATE ROLE reader; GRANT SELECT, INSERT ON peerid_sessions TO reader")
        environment["PEERID_STORE"] += " options='-c role=reader'"
        environment["PEERID_TABLE"] = "exists"
        process = start("refresher", 1, environment=environment, stderr=subprocess.PIPE, text=True)
        _, errors = process.communicate(timeout=1800)
        check("permission denied" in errors and process.returncode == 1, f"status {process.returncode}: {errors}")
        check(sandbox.refreshes() == 1, "a refresh was sent whose result cannot be saved")


@test("postgres")
def a_pooler_that_loses_locks_is_noticed():
    with (
        Sandbox() as sandbox, Gate(sandbox, "answer") as gate, server(Postgres) as database, folder() as path,
        Pooler(database, path) as pooler,
    ):
        environment = {"PEERID_URL": gate.url, "PEERID_USER": "u0", "PEERID_KEY": KEY, "PEERID_STORE": pooler.store}
        process = start("refresher", 2, environment=environment, stderr=subprocess.PIPE, text=True)
        gate.await_held()
        # The pooler reuses the database session that was used last, which has the lock. It is released here.
        database.query("SELECT pg_advisory_unlock_all()", pooler.connection)
        gate.decide()
        _, errors = process.communicate(timeout=1800)
        check("pool_mode = session" in errors and process.returncode == 1, f"status {process.returncode}: {errors}")
        check(sandbox.refreshes() == 1, "a refresh was sent without a lock")


@test("postgres")
def a_pooler_that_gives_two_the_same_lock_is_noticed():
    """The pooler uses the same database session for two connections, and a session can take its own lock again."""
    with (
        Sandbox() as sandbox, Gate(sandbox, "answer") as gate, server(Postgres) as database, folder() as path,
        Pooler(database, path) as pooler,
    ):
        environment = {"PEERID_URL": gate.url, "PEERID_USER": "u0", "PEERID_KEY": KEY, "PEERID_STORE": pooler.store}
        first = start("refresher", 1, environment=environment)
        gate.await_held()
        second = start("refresher", 1, environment=environment, stderr=subprocess.PIPE, text=True)
        _, errors = second.communicate(timeout=1800)
        check("pool_mode = session" in errors and second.returncode == 1, f"status {second.returncode}: {errors}")
        check(sandbox.refreshes() == 1, "two processes refreshed at a time")
        gate.decide()
        check(first.wait(timeout=1800) == 0, "the holder of the lock failed")


@test("redis")
def redis_is_shared():
    return over_a_server(Redis)


def inherited(process):
    """The descriptors of a process, besides the first three, that a program would inherit which it executes."""
    close_on_exec = 0o2000000
    found = []
    for number in os.listdir(f"/proc/{process.pid}/fdinfo"):
        with open(f"/proc/{process.pid}/fdinfo/{number}") as facts:
            flags = next(int(line.split()[1], 8) for line in facts if line.startswith("flags:"))
        if int(number) > 2 and not flags & close_on_exec:
            found.append(os.readlink(f"/proc/{process.pid}/fd/{number}"))
    return found


def no_connection_is_inherited(kind):
    with Sandbox() as sandbox, Gate(sandbox, "answer") as gate, server(kind) as database:
        environment = {"PEERID_URL": gate.url, "PEERID_USER": "u0", "PEERID_KEY": KEY, "PEERID_STORE": database.store}
        process = start("refresher", 1, environment=environment)
        gate.await_held()
        found = inherited(process)
        gate.decide()
        check(process.wait(timeout=1800) == 0, "the program failed")
        check(not found, f"a program would inherit {found}")


@test("redis")
def no_connection_to_redis_is_inherited():
    no_connection_is_inherited(Redis)


@test("postgres")
def no_connection_to_postgresql_is_inherited():
    no_connection_is_inherited(Postgres)
