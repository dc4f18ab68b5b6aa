"""Daemons: children that close all descriptors and open their own."""

import subprocess

from harness import KEY, Postgres, Redis, check, end, folder, reached_by, server, start, test, wait_until

OPERATIONS = "/api/v1/app/operations"


def executed(sandbox):
    return len(sandbox.get("executed")["operations"])


def daemon(kind, does, expected, store=None):
    with reached_by(kind) as (sandbox, environment), folder() as path:
        environment.update(PEERID_USER="u0", PEERID_KEY=KEY, PEERID_STORE=store or f"directory:{path}/store")
        process = start("daemon", does, environment=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            wait_until(lambda: executed(sandbox) == 1, 600, "the first call")
            sandbox.post("faults", {"kind": "delay_after", "ms": "until_released", "path": OPERATIONS, "times": 2})
            print(file=process.stdin, flush=True)
            wait_until(lambda: executed(sandbox) == 3, 600, "the calls that are under way at the fork")
            print(file=process.stdin, flush=True)
            check(process.stdout.readline() == "the child has ended\n", "the child has not ended")
            sandbox.post("release")
            _, errors = process.communicate(timeout=1200)
        finally:
            end([process])
        check(process.returncode == 0, f"status {process.returncode}: {errors[:2000]}")
        check(executed(sandbox) == expected, f"{executed(sandbox)} operations of {expected} were done")


@test("daemon")
def a_daemon_that_uses_the_client_keeps_its_own_files():
    return daemon("http", "uses", 6)


@test("daemon")
def a_daemon_that_uses_the_client_over_tls_keeps_its_own_files():
    return daemon("tls", "uses", 6)


@test("daemon")
def a_daemon_that_frees_the_client_keeps_its_own_files():
    return daemon("http", "frees", 4)


@test("daemon")
def a_daemon_that_frees_the_client_over_tls_keeps_its_own_files():
    return daemon("tls", "frees", 4)


@test("daemon")
def what_a_program_prints_into_closed_streams_goes_nowhere():
    with reached_by("http") as (sandbox, environment), folder() as path:
        environment.update(PEERID_USER="u0", PEERID_KEY=KEY, PEERID_STORE=f"directory:{path}/store")
        status = start("streams", environment=environment).wait(timeout=1200)
        check(status == 0, f"status {status}")
        check(executed(sandbox) == 2, f"{executed(sandbox)} operations of 2 were done")


@test("daemon")
def a_daemon_with_sessions_in_postgresql_keeps_its_own_files():
    with server(Postgres) as database:
        return daemon("http", "uses", 6, database.store)


@test("daemon")
def a_daemon_with_sessions_in_redis_keeps_its_own_files():
    with server(Redis) as database:
        return daemon("http", "uses", 6, database.store)


@test("daemon")
def a_daemon_that_frees_a_client_with_redis_keeps_its_own_files():
    with server(Redis) as database:
        return daemon("http", "frees", 4, database.store)
