#!/usr/bin/env python3
"""Searches the memory of a process for secrets. After the sessions are logged out and everything is freed, no password,
client secret, code or token may remain in memory that libpeerid or jansson used.

Needs `make` before, and the Debian packages gcc, python3, nginx-light and openssl. Secrets in memory that libcurl and
OpenSSL have freed are listed; libpeerid cannot wipe it."""

import collections
import contextlib
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = os.environ.get("PEERID_TEST_LIBRARY") or f"{ROOT}/build/lib"
sys.path.insert(0, str(ROOT / "Tests/Processes"))
import harness  # noqa: E402

OUT = ROOT / "build/tests"
STYLES = ("form", "json", "query")
MODES = ("blocking", "asynchronous")
# The store, the option relogin (with `keep`, the answer to the first refresh is lost), and whether the server is
# reached over TLS.
KINDS = (("directory", "off", False), ("memory", "keep", False), ("custom", "off", False), ("directory", "off", True))
# The part of a secret to search for: the middle of a random token. The allocator overwrites the beginning of freed
# memory.
PART = slice(24, 48)


def secret(name, length=124):
    """A secret with a name in its middle. Its letters look the same in a form, in JSON and in a URL."""
    return f"{'x' * 24}Mark{name}".ljust(length, "y")


class Sandbox:
    """A PeerID server that ends with this process."""

    def __init__(self, fixture):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(fixture, file)
            file.flush()
            command = [
                ROOT / "build/bin/peerid-sandbox",
                "--json",
                "--exit-with-stdin",
                "--idle-seconds=0",
                "--fixture",
                file.name,
            ]
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            self.url = json.loads(self.process.stdout.readline())["url"]
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def control(self, name, body=None):
        data = None if body is None else json.dumps(body).encode()
        with self.opener.open(f"{self.url}/sandbox/{name}", data) as answer:
            return json.load(answer)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class World:
    """A server and its secrets, some of which must be escaped when sent."""

    def __init__(self):
        self.secrets = {
            "password": secret("Password") + ' "&%\\',
            "client secret": secret("ClientSecret") + '"&',
            "code": secret("FirstCode", 40),
            "code in a redirect": secret("OtherCode", 40),
        }
        self.restored = {"access_token": secret("RestoredAccess"), "refresh_token": secret("RestoredRefresh")}
        fixture = {
            "users": [
                {"username": "alice", "password": self.secrets["password"], "account": "1.2.31"},
                {"username": "bob", "password": "bob-password", "account": "1.2.33"},
            ],
            "apps": [
                {
                    "client_id": 4,
                    "client_secret": self.secrets["client secret"],
                    "name": "app",
                    "operations": ["transfer"],
                }
            ],
            "joined": [{"user": user, "app": 4} for user in ("alice", "bob")],
            "tokens": [
                {"user": "alice", "app": 4, "token": secret("Access"), "refresh_token": secret("Refresh")},
                {
                    "user": "bob",
                    "app": 4,
                    "token": self.restored["access_token"],
                    "refresh_token": self.restored["refresh_token"],
                },
            ],
            "codes": [
                {"code": self.secrets[name], "user": "alice", "app": 4} for name in ("code", "code in a redirect")
            ],
            "settings": {"accept_query": True},
        }
        self.sandbox = Sandbox(fixture)

    def lines(self, url):
        values = [
            url,
            *(self.secrets[name] for name in ("client secret", "password", "code", "code in a redirect")),
            json.dumps(self.restored),
        ]
        return "".join(f"{value}\n" for value in values)

    def parts(self):
        """Returns a name and the text to search for, for each secret and each token that the server has issued."""
        found = dict(self.secrets)
        found["access token"], found["refresh token"] = secret("Access"), secret("Refresh")
        found["restored access token"], found["restored refresh token"] = self.restored.values()
        for request in self.sandbox.control("requests"):
            for name, value in re.findall(r'"((?:refresh_)?token)":"(\w{60,})"', request["answer"] or ""):
                found[f"{'access ' if name == 'token' else ''}{name.replace('_', ' ')} {value[:4]}"] = value
        return {name: value[PART].encode() for name, value in found.items()}


def regions(pid):
    """The writable memory of a process: start, content, name."""
    with open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, mode, _, _, _, *name = line.split(None, 5)
            start, end = (int(part, 16) for part in span.split("-"))
            if mode.startswith("rw") and name != ["[vvar]"]:
                memory.seek(start)
                yield start, memory.read(end - start), name[0] if name else "memory without a name"


def search(pid, parts, kept):
    """The secrets found: for each place the secret, the address, the region, and the chunk of a foreign library or
    None."""
    for start, content, name in regions(pid):
        for secret_name, part in parts.items():
            position = content.find(part)
            while position >= 0:
                address = start + position
                yield secret_name, address, name, kept_at(address, kept), context(content, position)
                position = content.find(part, position + 1)


def context(content, position):
    return bytes(
        byte if 0x20 <= byte < 0x7F else 0x2E for byte in content[max(0, position - 48) : position + 40]
    ).decode()


def kept_at(address, kept):
    """The library and function of the chunk that contains the address."""
    for start, size, owner in kept:
        if start <= address < start + size:
            return owner
    return None


def run(style, mode, store, relogin, uses_tls, listed):
    """Runs the program once; returns the secrets found in our own memory."""
    world = World()
    if relogin == "keep":
        world.sandbox.control("faults", {"kind": "drop_after", "path": "/api/v1/auth/refreshtoken"})
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(harness.folder())
        proxy = stack.enter_context(harness.Nginx(world.sandbox.url, folder)) if uses_tls else None
        chunks = f"{folder}/chunks"
        # When the dynamic loader looks a function up at its first call, it saves the vector registers on the stack.
        # They may contain parts of the data copied last.
        program = subprocess.Popen(
            [OUT / "secrets", style, mode, store, relogin, chunks, f"{folder}/store", proxy.ca if proxy else ""],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "LD_BIND_NOW": "1"},
        )
        program.stdin.write(world.lines(proxy.url if proxy else world.sandbox.url))
        program.stdin.flush()
        if program.stdout.readline() != "ready\n":
            sys.exit(f"the program failed with parameters={style}, {mode}, {store}")
        lines = [line.split(None, 2) for line in Path(chunks).read_text().splitlines()]
        kept = [(int(start, 16), int(size), owner) for start, size, owner in lines]
        parts = world.parts()
        # A thread that ends would unmap its stack during the search.
        program.send_signal(signal.SIGSTOP)
        os.waitpid(program.pid, os.WUNTRACED)
        found = list(search(program.pid, parts, kept))
        program.send_signal(signal.SIGCONT)
        program.stdin.close()
        program.wait()
    world.sandbox.close()
    # Without these the search would prove nothing.
    assert min(len(kept), 10 * len(parts)) > 100, "the program did not make its calls"
    for name, _, _, owner, _ in found:
        if owner:
            listed[owner.split()[0]].add(re.sub(r" \w{4}$", "", name))
    return [(name, address, region, text) for name, address, region, owner, text in found if not owner]


def compile_program():
    OUT.mkdir(parents=True, exist_ok=True)
    sources = [str(ROOT / "Tests/Memory" / name) for name in ("secrets.c", "kept.c")]
    subprocess.run(
        [
            "cc",
            "-std=c11",
            "-D_GNU_SOURCE",
            "-O1",
            "-g",
            "-Wall",
            "-Wextra",
            "-Wpedantic",
            "-Werror",
            "-fno-builtin",
            "-fno-optimize-sibling-calls",
            f"-I{ROOT}/include",
            *sources,
            "-o",
            str(OUT / "secrets"),
            f"-L{LIBRARY}",
            "-rdynamic",
            "-lpeerid",
            "-ldl",
            "-pthread",
            f"-Wl,-rpath,{LIBRARY}",
        ],
        check=True,
    )


def main():
    compile_program()
    listed = collections.defaultdict(set)
    failed = 0
    runs = list(itertools.product(STYLES, MODES, KINDS))
    for style, mode, (store, relogin, uses_tls) in runs:
        found = run(style, mode, store, relogin, uses_tls, listed)
        verdict, scheme = "FAILED" if found else "ok", "https" if uses_tls else "http"
        print(f"{verdict:6} parameters={style}, {mode}, {scheme}, store {store}, relogin={relogin}", flush=True)
        for name, address, region, text in found[:12]:
            print(f"        {name} at {address:x} in {region}: {text}")
        failed += bool(found)
    print("what foreign libraries keep:")
    for owner, names in sorted(listed.items()):
        print(f"  {owner}: {', '.join(sorted(names))}")
    print(f"secrets in memory: {len(runs) - failed} passed, {failed} failed")
    sys.exit(failed > 0)


main()
