"""Tests of the header generator: `python3 -m unittest discover Tools/header`."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import c_files
import documentation
import interface
import python_file
import rules

_CORE = """\
/// Why a call failed.
///
/// C name: `peerid_code`
public enum ErrorCode: Int32 {
  /// The name is bad.
  case badURLName = 3
}
public enum Version {
  public static let major: Int32 = 1
  public static let minor: Int32 = 2
  public static let patch: Int32 = 13
}
"""

_EXPORTED = """\
/// The rules.
public enum Contract {}
/// An error.
///
/// Immutable.
public typealias ErrorHandle = OpaquePointer
/// A session.
public typealias SessionHandle = OpaquePointer
/// Receives a line.
///
/// - Parameters:
///   - context: the context.
///   - level: the level.
/// - Returns: 0.
public typealias LogHandler = @convention(c) (_ context: UnsafeMutableRawPointer?, _ level: Int32) -> Int32

/// The callbacks of a session.
///
/// C name: `peerid_session_callbacks`
public struct SessionCallbacks {
  /// The size of this struct.
  public var size: UInt
  /// Receives lines.
  public var log: LogHandler?
}
public typealias SessionCallbacksPointer = UnsafeRawPointer

/// Opens a session. Paths such as `/api/*` do not end the comment.
///
/// - Parameters:
///   - name: its name.
///   - callbacks: the callbacks.
/// - Errors:
///   - `badURLName`: the name is empty.
@_cdecl("peerid_session_open")
public func sessionOpen(
  _ name: UnsafePointer<CChar>?, _ callbacks: SessionCallbacksPointer?,
  _ outSession: UnsafeMutablePointer<SessionHandle?>?
) -> ErrorHandle? {
  guard let table = callbacks?.load(as: SessionCallbacks.self), table.size == MemoryLayout<SessionCallbacks>.size,
    table.log?(nil, 3) == 0
  else { return OpaquePointer(bitPattern: 32) }
  outSession?.pointee = OpaquePointer(bitPattern: 16)
  return nil
}
/// Asynchronous `peerid_session_open`.
@_cdecl("peerid_session_open_async")
public func sessionOpenAsync(_ name: UnsafePointer<CChar>?, _ tag: UInt64) -> ErrorHandle? { nil }
/// Frees a session.
@_cdecl("peerid_session_free")
public func sessionFree(_ session: SessionHandle?) {}
public typealias ErrorCodeNumber = Int32
/// Tells the code of an error.
///
/// - Returns: the code.
@_cdecl("peerid_error_code")
public func errorCode(_ error: ErrorHandle?) -> ErrorCodeNumber { error == nil ? 0 : 3 }
/// Frees an error.
@_cdecl("peerid_error_free")
public func errorFree(_ error: ErrorHandle?) {}
/// Not exported.
public func helper() {}
"""

_PROGRAM = """\
#include <peerid.h>
static int32_t log_line(void *context, int32_t level) { return context || level != 3; }
int main(void) {
  peerid_session *session = NULL;
  peerid_session_callbacks callbacks = {sizeof callbacks, log_line};
  if (peerid_session_open("a", &callbacks, &session) || !session) { return 1; }
  peerid_error *error = peerid_session_open("a", NULL, &session);
  if (peerid_error_code(error) != PEERID_CODE_BAD_URL_NAME) { return 2; }
  peerid_error_free(error);
  return 0;
}
"""


def _run(*command: str | Path) -> str:
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


class FixtureLibrary(unittest.TestCase):
    """Compiles a small library and uses it through the generated files."""

    folder: ClassVar[Path]
    interface: ClassVar[interface.Interface]

    @classmethod
    def setUpClass(cls) -> None:
        """Compile the fixture and generate the files."""
        cls.folder = Path(tempfile.mkdtemp()).resolve()
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        symbols = []
        for module, text in (("Core", _CORE), ("Exported", _EXPORTED)):
            # The name of a file determines the header section of its declarations.
            source = cls.folder / {"Core": "ErrorCode.swift", "Exported": "Error.swift"}[module]
            source.write_text(text, encoding="utf-8")
            _run(
                "swiftc",
                "-emit-module",
                "-emit-library",
                "-module-name",
                module,
                source,
                "-o",
                cls.folder / f"lib{module}.so",
                "-emit-module-path",
                cls.folder / f"{module}.swiftmodule",
            )
            symbols.append(interface.extract(module, cls.folder, cls.folder, cls.folder))
        cls.interface = interface.Reader(cls.folder, *symbols).read()
        (cls.folder / "peerid.h").write_text(c_files.header(cls.interface), encoding="utf-8")
        (cls.folder / "prototypes.py").write_text(python_file.module(cls.interface), encoding="utf-8")
        (cls.folder / "program.c").write_text(_PROGRAM, encoding="utf-8")

    def test_the_header_is_clean_c_and_cpp_and_calls_the_library(self) -> None:
        include = f"-I{self.folder}"
        library = self.folder / "libExported.so"
        for compiler, standard in (("gcc", "c11"), ("clang", "c17"), ("g++", "c++17"), ("clang++", "c++20")):
            language = "c++" if "++" in compiler else "c"
            program = self.folder / compiler
            _run(
                compiler,
                "-x",
                language,
                f"-std={standard}",
                "-Wall",
                "-Wextra",
                "-Wpedantic",
                "-Werror",
                include,
                self.folder / "program.c",
                "-x",
                "none",
                library,
                f"-Wl,-rpath,{self.folder}",
                "-o",
                program,
            )
            _run(program)

    def test_python_calls_the_library_and_refuses_another_handle(self) -> None:
        _run(
            "python3",
            "-B",
            "-c",
            f"""
import ctypes, sys
sys.path.insert(0, {str(self.folder)!r})
import prototypes as c
library = ctypes.CDLL({str(self.folder / "libExported.so")!r})
c.declare(library)
session = c.SessionPointer()
callbacks = c.SessionCallbacks(ctypes.sizeof(c.SessionCallbacks), c.LogHandler(lambda context, level: level - 3))
assert not library.peerid_session_open(b"a", ctypes.byref(callbacks), ctypes.byref(session))
assert session and c.VERSION_STRING == "1.2.13"
try:
    library.peerid_error_free(session)
except ctypes.ArgumentError:
    sys.exit(0)
sys.exit(1)
""",
        )

    def test_comments_say_what_the_sources_say(self) -> None:
        header = c_files.header(self.interface)
        for line in (
            "- PEERID_CODE_BAD_URL_NAME: the name is empty.",
            "@param[out] out_session receives the session; free it with `peerid_session_free`.",
            "`/api/ *` do not end the comment.",
            "peerid_code peerid_error_code(const peerid_error *error);",
            "void peerid_error_free(peerid_error *error);",
            "PEERID_MUST_CHECK peerid_error *peerid_session_open(",
        ):
            assert line in header
        assert "helper" not in header

    def test_the_version_script_exports_the_functions_alone(self) -> None:
        exported = [
            line.strip(" ;") for line in c_files.version_script(self.interface).splitlines() if "peerid_" in line
        ]
        assert exported == [
            "peerid_error_code",
            "peerid_error_free",
            "peerid_session_free",
            "peerid_session_open",
            "peerid_session_open_async",
        ]

    def test_a_complete_interface_has_no_problem(self) -> None:
        assert rules.problems(self.interface) == []

    def test_each_mistake_is_a_problem(self) -> None:
        opened = next(f for f in self.interface.functions if f.name == "peerid_session_open")
        name, callbacks, out = opened.parameters
        other = documentation.read(["Opens.", "- Parameter missing: what.", "- Errors:", "  - `worse`: no."])
        long = documentation.read(["This is a paragraph that is long enough to be said only once in a header."])
        self.interface.handles[0].comment.description += long.description
        for function, expected in (
            (replace(opened, name="peerid_Open-it"), "is not of the form `peerid_words`"),
            (replace(opened, name="peerid_thing_open"), "is not of the form `peerid_<object>_<verb>`"),
            (replace(opened, path="Other.swift"), "is in a file that no section shows"),
            (replace(opened, comment=documentation.read([])), "has no doc comment"),
            (replace(opened, comment=documentation.read(["Opens."])), "does not document its parameter `name`"),
            (replace(opened, comment=long), "repeats a paragraph of `peerid_error`"),
            (replace(opened, comment=other), "documents `missing`, which it does not have"),
            (replace(opened, comment=other), "documents the error code `worse`, which does not exist"),
            (replace(opened, parameters=[out, name, callbacks]), "has an output that is not among its last parameters"),
            (replace(opened, name="peerid_error_free"), "is declared twice"),
        ):
            changed = replace(
                self.interface, functions=[f if f is not opened else function for f in self.interface.functions]
            )
            with self.subTest(expected):
                assert any(expected in problem for problem in rules.problems(changed)), rules.problems(changed)

    def test_comments_mention_only_what_exists(self) -> None:
        header = c_files.header(self.interface).replace("peerid_library_version_number", "")
        assert rules.unknown_names(header, self.interface) == []
        header += "/* see `peerid_session_close`, PEERID_CODE_OLD and `peerid_error_free` */"
        assert [text.split("`")[1] for text in rules.unknown_names(header, self.interface)] == [
            "PEERID_CODE_OLD",
            "peerid_session_close",
        ]

    def test_what_was_published_stays(self) -> None:
        old = c_files.prototypes(self.interface)
        code = replace(self.interface.enums[0].constants[0], value=4)
        changed = replace(
            self.interface,
            functions=[f for f in self.interface.functions if f.name != "peerid_session_free"],
            enums=[replace(self.interface.enums[0], constants=[code])],
        )
        broken = rules.broken_promises(old, c_files.prototypes(changed))
        assert len(broken) == 2
        assert "`PEERID_CODE_BAD_URL_NAME = 3` is gone" in broken[0]
        assert rules.broken_promises(c_files.prototypes(changed), c_files.prototypes(changed)) == []


class Types(unittest.TestCase):
    """Swift types and their C types."""

    def setUp(self) -> None:
        """Make a reader that knows two handles and a callback."""
        self.reader = interface.Reader(Path(), [], [])
        self.reader._types = {
            "SessionHandle": interface.CType("peerid_session", "handle", (False,)),
            "TokenHandle": interface.CType("peerid_token", "handle", (False,)),
            "LogHandler": interface.CType("peerid_log_handler", "callback"),
        }
        self.reader._immutable = {"peerid_token"}

    def test_types_of_parameters(self) -> None:
        for swift, c, python in (
            ("Int32", "int32_t value", "ctypes.c_int32"),
            ("UInt", "size_t value", "ctypes.c_size_t"),
            ("Bool", "bool value", "ctypes.c_bool"),
            ("UnsafePointer<CChar>?", "const char *value", "ctypes.c_char_p"),
            ("UnsafeMutablePointer<CChar>?", "char *value", "ctypes.POINTER(ctypes.c_char)"),
            ("UnsafeMutablePointer<UInt>?", "size_t *value", "ctypes.POINTER(ctypes.c_size_t)"),
            ("UnsafeMutableRawPointer?", "void *value", "ctypes.c_void_p"),
            ("UnsafeRawPointer?", "const void *value", "ctypes.c_void_p"),
            ("UnsafePointer<UnsafePointer<CChar>?>?", "const char *const *value", "ctypes.POINTER(ctypes.c_char_p)"),
            ("SessionHandle?", "peerid_session *value", "SessionPointer"),
            ("TokenHandle?", "const peerid_token *value", "TokenPointer"),
            ("UnsafeMutablePointer<TokenHandle?>?", "peerid_token **value", "ctypes.POINTER(TokenPointer)"),
            ("LogHandler?", "peerid_log_handler value", "LogHandler"),
        ):
            with self.subTest(swift):
                type_ = self.reader._parameter("value", swift, "peerid_do").type
                assert (type_.declaring("value"), python_file._type(type_)) == (c, python)

    def test_types_that_c_cannot_pass_safely(self) -> None:
        for swift in (
            "Int",
            "SessionHandle",
            "UnsafePointer<CChar>",
            "UnsafeMutablePointer<SessionHandle>?",
            "LogHandler",
            "UnsafeRawPointer",
            "Int32?",
            "String",
            "CChar",
            "OpaquePointer?",
            "Void",
            "(Int32, Int32)",
        ):
            with (
                self.subTest(swift),
                self.assertRaisesRegex(interface.InterfaceError, "parameter `value` of `peerid_do`"),
            ):
                self.reader._parameter("value", swift, "peerid_do")

    def test_names(self) -> None:
        for swift, c in (("outResponse", "out_response"), ("httpURLBad", "http_url_bad"), ("timeoutMs", "timeout_ms")):
            assert interface.snake_case(swift) == c


class Markdown(unittest.TestCase):
    """Parsing and wrapping of doc comments."""

    def test_blocks(self) -> None:
        for lines, expected in (
            (["One", "two."], ["One two."]),
            (["- one", "- two", "  more", "", "  - inner"], ["- one", "- two more", "  - inner"]),
            (["```c", "int a;", "  b;", "```"], ["```c", "int a;", "  b;", "```"]),
            (["Text.", "- entry", "", "After."], ["Text.", "- entry", "", "After."]),
            (["1. first", "2. second"], ["1. first", "2. second"]),
        ):
            with self.subTest(lines):
                assert documentation.write(documentation.parse(lines), 20) == expected

    def test_wrapping_keeps_code_together_and_never_begins_like_a_list(self) -> None:
        assert documentation.wrap("see `a b c` now", 8) == ["see", "`a b c`", "now"]
        assert documentation.wrap("it ends in 3. More", 10) == ["it ends in 3.", "More"]


if __name__ == "__main__":
    unittest.main()
