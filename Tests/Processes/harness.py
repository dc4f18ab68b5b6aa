"""Servers, programs and test results."""

import contextlib
import glob
import json
import os
import pwd
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SOURCES = os.path.join(ROOT, "Tests", "Processes")
SUPPORT = os.path.join(ROOT, "Tests", "C", "Support")
# Variables choose the library and how it is tested: see Tests/C/Support/run.sh.
LIBRARY = os.environ.get("PEERID_TEST_LIBRARY") or os.path.join(ROOT, "build", "lib")
PROGRAMS = os.path.join(os.environ.get("PEERID_TEST_PROGRAMS") or os.path.join(ROOT, "build", "tests"), "processes")
# Loaded into programs that stop at a chosen step: see checkpoint.c.
CHECKPOINT = os.path.join(PROGRAMS, "checkpoint.so")
FLAGS = shlex.split(os.environ.get("PEERID_TEST_FLAGS", ""))
# A sanitizer makes programs slower, and its own memory grows.
IS_SANITIZED = any(flag.startswith("-fsanitize=") for flag in FLAGS)
KEY = "a session of all"
REFRESH = "/api/v1/auth/refreshtoken"

_tests = []
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


# ---- Tests ----


def test(group):
    """Marks a test: a function that raises when it fails, and may return facts to print."""

    def add(function):
        _tests.append((group, function.__name__, function))
        return function

    return add


def check(condition, message):
    if not condition:
        raise AssertionError(message)


def run_tests(chosen):
    """Runs the tests with these names or groups; all without a choice."""
    unknown = set(chosen).difference(*((group, name) for group, name, _ in _tests))
    if unknown:
        sys.exit(f"there are no tests of the name {', '.join(sorted(unknown))}")
    passed = failed = 0
    for group, name, function in _tests:
        if chosen and group not in chosen and name not in chosen:
            continue
        begin = time.monotonic()
        try:
            facts = function()
            passed += 1
            verdict = "ok"
        except Exception as error:  # any error fails this test, and the next one runs
            failed += 1
            verdict = "FAILED"
            facts = "".join(traceback.format_exception_only(type(error), error)).strip()
            if not isinstance(error, AssertionError):
                facts = traceback.format_exc()
        print(f"{verdict:6} {group}: {name} ({time.monotonic() - begin:.1f} s)", flush=True)
        for line in (facts or "").splitlines():
            print(f"         {line}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return failed == 0 and passed > 0


# ---- Folders ----


@contextlib.contextmanager
def folder():
    """A new folder that others may enter, for a server that runs as another user."""
    path = tempfile.mkdtemp(prefix="peerid-")
    os.chmod(path, 0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


_reserved = []


def free_port():
    """A port for a server. It stays reserved: no other program on this machine gets it, even while the server is down."""
    socket_of_port = socket.socket()
    socket_of_port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    socket_of_port.bind(("127.0.0.1", 0))
    _reserved.append(socket_of_port)
    return socket_of_port.getsockname()[1]


def wait_until(condition, seconds, what):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.02)


# ---- The sandbox ----


def fixture(users):
    """This many users, u0, u1 and so on, who have joined app 4."""
    names = [f"u{i}" for i in range(users)]
    return {
        # The server saves a refreshed pair at once: a slow client would refresh a pair twice that is saved late.
        "settings": {"save_delay_ms": 0},
        "users": [
            {"username": name, "email": f"{name}@example.com", "password": f"{name}-password", "account": f"1.2.{31 + i}"}
            for i, name in enumerate(names)
        ],
        "apps": [{"client_id": 4, "client_secret": "demo-secret-4", "name": "app", "operations": ["transfer"]}],
        "joined": [{"user": name, "app": 4} for name in names],
        "tokens": [
            {"user": name, "app": 4, "token": f"access{name}x".ljust(124, "0"), "refresh_token": f"refresh{name}x".ljust(124, "0")}
            for name in names
        ],
    }


class Sandbox:
    """A PeerID server that ends with this process."""

    def __init__(self, users=40):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(fixture(users), file)
            file.flush()
            self.process = subprocess.Popen(
                [os.path.join(ROOT, "build", "bin", "peerid-sandbox"), "--json", "--exit-with-stdin", "--idle-seconds=0",
                 "--fixture", file.name],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            self.url = json.loads(self.process.stdout.readline())["url"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def get(self, path):
        with _direct.open(self.url + "/sandbox/" + path, timeout=700) as answer:
            return json.load(answer)

    def post(self, path, body=None):
        return self._post("/sandbox/" + path, {} if body is None else body, {})

    def submit(self, token, operations):
        """Sends operations without the library."""
        headers = {"Authorization": "Bearer " + token, "ClientID": "4", "Content-Type": "application/json"}
        return self._post("/api/v1/app/operations", {"operations": operations}, headers)

    def _post(self, path, body, headers):
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers, method="POST")
        with _direct.open(request, timeout=700) as answer:
            return json.load(answer)

    def expire(self):
        self.post("expire")

    def refreshes(self):
        """The number of refreshes that returned a new pair."""
        return self.get("counts").get("POST " + REFRESH, {}).get("200", 0)

    def refresh_requests(self, **options):
        query = "".join(f"&{name}={value}" for name, value in options.items())
        return self.get(f"requests?path={REFRESH}{query}")

    def pair(self, user):
        """The pair that the server accepts."""
        return self.get(f"tokens?user={user}&app=4")[0]["pair"]


class Nginx:
    """TLS in front of a server."""

    def __init__(self, url, path):
        certificates = os.path.join(path, "tls")
        subprocess.run([os.path.join(ROOT, "Tests", "Faults", "make-certificates"), certificates], check=True)
        self.ca = os.path.join(certificates, "ca.pem")
        port = free_port()
        self.url = f"https://127.0.0.1:{port}"
        temporary = "".join(f"{name}_temp_path {path}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        with open(os.path.join(path, "nginx.conf"), "w") as file:
            file.write(
                f"pid {path}/nginx.pid; error_log stderr crit; worker_processes 1; events {{}}"
                f" http {{ access_log off; {temporary} proxy_read_timeout 1200s;"
                f" server {{ listen 127.0.0.1:{port} ssl http2; keepalive_requests 100000000; ssl_certificate {certificates}/right.pem;"
                f" ssl_certificate_key {certificates}/right.pem; location / {{ proxy_pass {url}; }} }} }}\n"
            )
        environment = dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin")
        self.process = subprocess.Popen(
            ["nginx", "-p", path, "-c", os.path.join(path, "nginx.conf"), "-e", "stderr", "-g", "daemon off;"],
            env=environment,
        )
        wait_until(lambda: accepts(port), 600, "nginx")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def accepts(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def reached_by(kind):
    """A sandbox, and the environment with which programs reach it, over `http` or `tls`."""
    with Sandbox() as sandbox, leading_to(kind, sandbox.url) as environment:
        yield sandbox, environment


@contextlib.contextmanager
def leading_to(kind, url):
    """The environment with which programs reach a server, over `http` or `tls`."""
    with folder() as path:
        if kind == "http":
            yield {"PEERID_URL": url}
        else:
            with Nginx(url, path) as nginx:
                yield {"PEERID_URL": nginx.url, "PEERID_CA": nginx.ca}


# ---- Databases ----


class Postgres:
    """A PostgreSQL server of our own. It refuses to run as root."""

    def __init__(self, path):
        self.folder = os.path.join(path, "postgres")
        os.mkdir(self.folder, 0o700)
        self.user = None
        if os.getuid() == 0:
            self.user = next(name for name in ("postgres", "nobody") if _user_exists(name))
            account = pwd.getpwnam(self.user)
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        self.port = free_port()
        self.connection = f"host=127.0.0.1 port={self.port} user=peerid dbname=postgres"
        self.store = "postgres:" + self.connection
        self._run("initdb", "-D", self.folder + "/data", "-U", "peerid", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        self.start()

    def _run(self, program, *arguments):
        found = shutil.which(program) or max(glob.glob(f"/usr/lib/postgresql/*/bin/{program}"))
        with open(os.path.join(os.path.dirname(self.folder), "postgres.log"), "a") as log:
            subprocess.run(
                [found, *arguments], check=True, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/",
                user=self.user, group=self.user, extra_groups=[] if self.user else None,
                env=dict(os.environ, PGCTLTIMEOUT="600"),
            )

    def start(self):
        options = f"-c port={self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder} -c fsync=off"
        self._run("pg_ctl", "-D", self.folder + "/data", "-l", self.folder + "/log", "-o", options, "-w", "start")

    def stop(self):
        self._run("pg_ctl", "-D", self.folder + "/data", "-m", "immediate", "-w", "stop")

    def query(self, statement, connection=None):
        command = [os.path.join(PROGRAMS, "sql"), connection or self.connection, statement]
        done = subprocess.run(command, capture_output=True, text=True)
        check(done.returncode == 0, done.stderr)
        return done.stdout.split("\n")[:-1]

    def drop_lock(self):
        holders = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
        check(self.query(holders) == ["t"], "not exactly one client holds the lock")


class Pooler:
    """pgbouncer in front of a PostgreSQL server: each transaction may use another database session."""

    def __init__(self, database, path):
        self.port = free_port()
        self.connection = f"host=127.0.0.1 port={self.port} user=peerid dbname=postgres"
        self.store = "postgres:" + self.connection
        configuration, users = os.path.join(path, "pgbouncer.ini"), os.path.join(path, "users")
        with open(users, "w") as file:
            file.write('"peerid" ""\n')
        with open(configuration, "w") as file:
            file.write(
                f"[databases]\npostgres = host=127.0.0.1 port={database.port} user=peerid\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
                f"listen_port = {self.port}\nunix_socket_dir =\nauth_type = any\nauth_file = {users}\npool_mode = transaction\n"
            )
        found = shutil.which("pgbouncer", path=os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin")
        self.process = subprocess.Popen(
            [found, "--quiet", configuration], stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, cwd="/",
            user=database.user, group=database.user, extra_groups=[] if database.user else None,
        )
        wait_until(lambda: accepts(self.port), 600, "pgbouncer")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


class Redis:
    """A Redis server of our own, which keeps its data when it is restarted."""

    def __init__(self, path):
        self.folder = path
        self.port = free_port()
        self.store = f"redis:{self.port}"
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--dir", self.folder, "--save", "",
             "--appendonly", "yes", "--appendfsync", "always"],
            stdout=subprocess.DEVNULL,
        )
        wait_until(lambda: accepts(self.port), 600, "redis")

    def stop(self):
        self.process.kill()
        self.process.wait()

    def command(self, *words):
        """Sends a command whose answer is one number."""
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            parts = [f"*{len(words)}\r\n"] + [f"${len(word.encode())}\r\n{word}\r\n" for word in words]
            connection.sendall("".join(parts).encode())
            return connection.makefile().readline().strip()

    def drop_lock(self):
        check(self.command("DEL", f"peerid:lock:{KEY}") == ":1", "no client holds the lock")


def _user_exists(name):
    try:
        return bool(pwd.getpwnam(name))
    except KeyError:
        return False


@contextlib.contextmanager
def server(kind):
    with folder() as path:
        made = kind(path)
        try:
            yield made
        finally:
            made.stop()


# ---- Programs ----

_shared = ["program.c", "../../bindings/c/stores/postgres_store.c", "../../bindings/c/stores/redis_store.c"]


def compile_programs():
    os.makedirs(PROGRAMS, exist_ok=True)
    postgres = subprocess.run(["pg_config", "--includedir"], capture_output=True, text=True, check=True).stdout.strip()
    shared = [f"{SOURCES}/{other}" for other in _shared]
    others = {"sql": [], "interrupted": shared[1:2], "reloading": [f"{SUPPORT}/threads.c"], "fork_in_tls": [*shared, f"{SUPPORT}/threads.c"]}
    for source in sorted(glob.glob(SOURCES + "/*.c")):
        name = os.path.basename(source)[:-2]
        if name == "program":
            continue
        if name == "checkpoint":
            compile_checkpoint(source)
            continue
        subprocess.run(
            [os.environ.get("CC", "cc"), "-std=c11", "-D_GNU_SOURCE", "-O1", "-g", "-Wall", "-Wextra", "-Wpedantic", "-Werror",
             f"-I{ROOT}/include", f"-I{ROOT}/bindings/c/stores", f"-I{postgres}", f"-I{SUPPORT}", source, *others.get(name, shared), "-o", f"{PROGRAMS}/{name}",
             f"-L{LIBRARY}", *([] if name == "reloading" else ["-lpeerid"]), "-lpq", "-lhiredis", "-pthread", "-ldl",
             # A program may replace a function that a library calls.
             "-rdynamic", f"-Wl,-rpath,{LIBRARY}", *FLAGS],
            check=True,
        )


def compile_checkpoint(source):
    subprocess.run(
        [os.environ.get("CC", "cc"), "-std=c11", "-D_GNU_SOURCE", "-O1", "-g", "-Wall", "-Wextra", "-Wpedantic", "-Werror",
         "-fPIC", "-shared", source, "-o", CHECKPOINT, "-ldl"],
        check=True,
    )


def start(program, *arguments, environment, **options):
    clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return subprocess.Popen([os.path.join(PROGRAMS, program), *map(str, arguments)], env={**clean, **environment}, **options)


def end(processes):
    """Kills the processes that are still running."""
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
    for process in processes:
        process.wait()
