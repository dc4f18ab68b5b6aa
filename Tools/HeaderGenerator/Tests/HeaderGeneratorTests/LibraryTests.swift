import Foundation
import Testing

/// The fixture project as a real library: what the four outputs say has to be true of it.
@Suite("A library made from the fixture project", .serialized)
struct LibraryTests {
  private let folder: TemporaryFolder
  private let library: String

  init() throws {
    folder = try TemporaryFolder()
    library = folder.path("libpeerid.so")
    let sources = try #require(
      FileManager.default.enumerator(atPath: FixtureProject.path("Sources"))?.compactMap { $0 as? String }
    )
    let build = try Command(
      "swiftc",
      ["-emit-library", "-module-name", "Fixture", "-swift-version", "6", "-o", library]
        + ["-Xlinker", "--version-script=\(FixtureProject.path("Tools/ABI/peerid.map"))"]
        + sources.filter { $0.hasSuffix(".swift") }.map { FixtureProject.path("Sources/\($0)") }
    )
    try #require(build.status == 0, "\(build.output)")
  }

  @Test("exports exactly the symbols of the version script")
  func exportsAgree() throws {
    let symbols = try Command("nm", ["-D", "--defined-only", library]).output.split(separator: "\n")
      .compactMap { $0.split(separator: " ").last }
      .filter { $0 != "PEERID_1" }
    let list = try String(contentsOfFile: FixtureProject.path("Tools/ABI/peerid.map"), encoding: .utf8)
    let expected = list.split(separator: "\n").filter { $0.hasPrefix("    peerid_") }
      .map { "\($0.dropFirst(4).dropLast())@@PEERID_1" }
    #expect(symbols.map(String.init).sorted() == expected)
  }

  @Test("can be called from C through the header")
  func callableFromC() throws {
    try folder.write(
      """
      #include <peerid.h>
      static int lines;
      static void log_line(void *context, int32_t level, const char *message) {
        if (context == &lines && level == 3 && message[0] == '[') { lines++; }
      }
      int main(void) {
        peerid_session *session = NULL;
        if (peerid_session_create("name", &session) || !session) { return 1; }
        int64_t count = 0;
        peerid_error *error = peerid_session_submit(
            session, "[]", 2, 0, 0, 0, true, 0.5, NULL, NULL, NULL, NULL, log_line, &lines, NULL, &count, NULL);
        if (!error || lines != 1 || count != 2) { return 2; }
        if (peerid_error_code(error) != PEERID_CODE_DNS) { return 3; }
        if (peerid_error_message(error)[0] != 'n') { return 4; }
        peerid_error_free(error);
        peerid_session_free(session);
        return peerid_version_number() == PEERID_VERSION_NUMBER ? 0 : 5;
      }

      """,
      to: "program.c"
    )
    let build = try Command(
      "clang",
      ["-std=c11", "-Wall", "-Wextra", "-Werror", "-I\(FixtureProject.path("include"))", folder.path("program.c")]
        + ["-o", folder.path("program"), library, "-Wl,-rpath,\(folder.path)"]
    )
    #expect(build.status == 0, "\(build.output)")
    let run = try Command(folder.path("program"), [])
    #expect(run.status == 0, "\(run.output)")
  }

  @Test("can be called from Python through the prototypes, which refuse a handle of another kind")
  func callableFromPython() throws {
    try folder.write(
      """
      import ctypes, sys
      sys.dont_write_bytecode = True
      sys.path.insert(0, sys.argv[1])
      import _prototypes as c

      library = ctypes.CDLL(sys.argv[2])
      c.declare(library)
      assert library.peerid_version_number() == c.VERSION_NUMBER
      assert c.VERSION_STRING == "1.2.13"

      session = c.SessionPointer()
      assert not library.peerid_session_create(b"name", ctypes.byref(session))
      assert session

      lines = []
      log = c.LogHandler(lambda context, level, message: lines.append((level, message)))
      count = ctypes.c_int64()
      error = library.peerid_session_submit(
          session, b"[]", 2, 0, 0, 0, True, 0.5, None, None, None, None, log, None, None, ctypes.byref(count), None
      )
      assert lines == [(3, b"[]")] and count.value == 2
      assert library.peerid_error_code(error) == c.CODE_DNS
      assert library.peerid_error_message(error) == b"no"

      loads = []
      def load(context, key, failure, out_text, out_length):
          out_length[0] = 7
          loads.append(key)
      library.peerid_session_use_store(session, c.StoreLoadHandler(load), None)
      assert loads == [None]

      for wrong in (lambda: library.peerid_session_free(error), lambda: library.peerid_session_free(16),
                    lambda: library.peerid_error_code(session)):
          try:
              wrong()
          except ctypes.ArgumentError:
              continue
          sys.exit("a wrong handle was accepted")
      library.peerid_session_free(None)
      print("done")

      """,
      to: "program.py"
    )
    let run = try Command(
      "python3",
      [folder.path("program.py"), FixtureProject.path("bindings/python/peerid"), library]
    )
    #expect(run.status == 0, "\(run.output)")
    #expect(run.output == "done\n")
  }
}
