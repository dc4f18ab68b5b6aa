"""Finding the library, and refusing one of the wrong version."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sandbox import PACKAGE, ROOT, environment

import peerid
from peerid import _prototypes, ops


def run(code: str, **variables: str | None) -> subprocess.CompletedProcess[str]:
    changed = {**environment(), **{k: v for k, v in variables.items() if v is not None}}
    for name, value in variables.items():
        if value is None:
            changed.pop(name, None)
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=changed,
        # The current folder comes before all others.
        cwd="/",
        check=False,
    )


def fake_library(tmp_path: Path, version: int | None) -> Path:
    source, library = tmp_path / "fake.c", tmp_path / "libpeerid.so.1"
    text = "int unrelated(void) { return 0; }\n"
    if version is not None:
        text += f"int peerid_library_version_number(void) {{ return {version}; }}\n"
        name = f"{version // 10000}.9.9"
        text += f'const char *peerid_library_version(void) {{ return "{name}"; }}\n'
    source.write_text(text)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    return library


def test_versions() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", peerid.__version__)
    assert peerid.library_version().startswith(f"{_prototypes.VERSION_MAJOR}.")


@pytest.mark.parametrize("version", [0, 9999, 20000, 990000])
def test_a_library_of_another_version_is_refused(tmp_path: Path, version: int) -> None:
    library = fake_library(tmp_path, version)
    done = run("import peerid", PEERID_LIBRARY=str(library))
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: the libpeerid at")
    assert str(library) in last
    assert f"{version // 10000}.9.9" in last
    assert _prototypes.VERSION_STRING in last


def test_a_library_that_is_not_libpeerid_is_refused(tmp_path: Path) -> None:
    library = fake_library(tmp_path, None)
    done = run("import peerid", PEERID_LIBRARY=str(library))
    assert "is not libpeerid" in done.stderr


def test_a_named_library_that_is_missing_is_reported_and_no_other_used() -> None:
    done = run("import peerid", PEERID_LIBRARY="/nowhere/libpeerid.so.1")
    assert done.returncode == 1
    assert "ImportError: libpeerid was not found" in done.stderr
    assert "/nowhere/libpeerid.so.1" in done.stderr
    assert "system" not in done.stderr


@pytest.fixture
def copied_package(tmp_path: Path) -> Path:
    """A copy of the package in a separate folder, as if installed there."""
    source = Path(peerid.__file__).parent
    shutil.copytree(
        source,
        tmp_path / "site/peerid",
        ignore=shutil.ignore_patterns("_lib", "__pycache__"),
    )
    return tmp_path / "site/peerid"


_BUILT = ROOT / "build/lib/libpeerid.so.1"
_WHERE = "import peerid._library; print(peerid._library.path)"


def test_the_bundled_copy_comes_before_the_system(copied_package: Path) -> None:
    (copied_package / "_lib").mkdir()
    own = copied_package / "_lib/libpeerid.so.1"
    shutil.copy(_BUILT, own)
    path = str(copied_package.parent)
    done = run(_WHERE, PEERID_LIBRARY=None, PYTHONPATH=path)
    assert done.stdout.strip() == str(own), done.stderr
    done = run(_WHERE, PEERID_LIBRARY=str(_BUILT), PYTHONPATH=path)
    assert done.stdout.strip() == str(_BUILT)


def test_the_system_is_asked_last(copied_package: Path) -> None:
    done = run(
        _WHERE,
        PEERID_LIBRARY=None,
        PYTHONPATH=str(copied_package.parent),
        LD_LIBRARY_PATH=str(_BUILT.parent),
    )
    assert done.stdout.strip() == "libpeerid.so.1", done.stderr


def test_the_bundled_copy_finds_the_certificates_of_the_system(
    copied_package: Path,
) -> None:
    (copied_package / "_lib").mkdir()
    shutil.copy(_BUILT, copied_package / "_lib/libpeerid.so.1")
    code = """
import os, pathlib
from peerid import _trust
print(_trust.ca_file())
elsewhere = pathlib.Path(os.environ["ELSEWHERE"])
_trust._DEBIAN = elsewhere / "nothing"
_trust._OTHERS = (elsewhere / "nothing", elsewhere / "some.pem")
_trust.ssl.get_default_verify_paths = lambda: type("P", (), {"cafile": None})
print(_trust.ca_file())
"""
    elsewhere = copied_package.parent
    (elsewhere / "some.pem").touch()
    done = run(
        code,
        PEERID_LIBRARY=None,
        PYTHONPATH=str(elsewhere),
        ELSEWHERE=str(elsewhere),
    )
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    debian = os.path.exists("/etc/ssl/certs/ca-certificates.crt")
    assert first == ("None" if debian else first)
    assert second == str(elsewhere / "some.pem")


def test_options_are_listed() -> None:
    options = {option.name: option for option in peerid.options()}
    assert options["request_timeout_ms"].default == "30000"
    assert all(option.help and option.accepts for option in options.values())


def test_options_are_converted() -> None:
    with peerid.Client(
        "http://example.com",
        client_id=4,
        allow_http=True,
        request_timeout_ms=5000,
        parameters="json",
        proxy=None,
    ) as client:
        assert not client.closed
    for value in (0.5, b"5000", [1]):
        with pytest.raises(TypeError, match="option request_timeout_ms must be"):
            peerid.Client("https://x.example", client_id=4, request_timeout_ms=value)  # type: ignore[arg-type]


def test_modules_are_found_without_an_import_of_their_own() -> None:
    # They are imported at their first use: most programs need only one.
    code = """
import sys
import peerid
print(sorted({"peerid.aio", "peerid.ops", "asyncio"} & {*sys.modules}))
print(peerid.ops.transfer.__name__, peerid.aio.Client.__name__)
print(peerid.stores.postgres.PostgresStore.__name__)
print(peerid.stores.redis.RedisStore.__name__)
print({"aio", "ops", "stores"} <= {*dir(peerid)}, "redis" in dir(peerid.stores))
"""
    expected = "[]\ntransfer Client\nPostgresStore\nRedisStore\nTrue True\n"
    done = run(code, PYTHONPATH=str(PACKAGE))
    assert done.stdout == expected, done.stderr
    for module in (peerid, peerid.stores):
        with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
            _ = module.nothing


def test_everything_is_exported() -> None:
    for name in peerid.__all__:
        assert getattr(peerid, name)
    for name in ops.__all__:
        assert getattr(ops, name)
