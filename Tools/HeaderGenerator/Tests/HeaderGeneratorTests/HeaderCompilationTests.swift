import Testing

/// The compilers and standards that the header promises to be clean with.
struct Compilation: CustomTestStringConvertible, Sendable {
  let compiler: String
  let language: String
  let standard: String

  var testDescription: String { "\(compiler) -std=\(standard)" }

  static let all =
    ["gcc", "clang"].flatMap { compiler in
      ["c99", "c11"].map { Compilation(compiler: compiler, language: "c", standard: $0) }
    }
    + ["g++", "clang++"].flatMap { compiler in
      ["c++11", "c++20"].map { Compilation(compiler: compiler, language: "c++", standard: $0) }
    }

  func run(_ program: String, warnings: [String] = []) throws -> Command {
    let folder = try TemporaryFolder()
    try folder.write(program, to: "program.txt")
    let include = FixtureProject.path("include")
    return try Command(
      compiler,
      ["-x", language, "-std=\(standard)", "-Wall", "-Wextra", "-pedantic", "-Werror"] + warnings
        // gcc looks for dropped results only when it makes code.
        + ["-I\(include)", "-c", folder.path("program.txt"), "-o", folder.path("program.o")]
    )
  }
}

@Suite("The header")
struct HeaderCompilationTests {
  @Test("compiles alone without a warning", arguments: Compilation.all)
  func compilesAlone(with compilation: Compilation) throws {
    let result = try compilation.run("#include <peerid.h>\n#include <peerid.h>\n")
    #expect(result.status == 0, "\(result.output)")
  }

  @Test("has documentation that agrees with its declarations, as clang reads both", arguments: ["c11", "c++20"])
  func documentationAgrees(standard: String) throws {
    let language = standard.hasPrefix("c++") ? "c++" : "c"
    let result = try Compilation(compiler: "clang", language: language, standard: standard)
      .run("#include <peerid.h>\n", warnings: ["-Wdocumentation"])
    #expect(result.status == 0, "\(result.output)")
  }

  @Test("makes the compiler complain when an error is dropped", arguments: Compilation.all)
  func droppedErrorIsNoticed(with compilation: Compilation) throws {
    let result = try compilation.run(
      """
      #include <peerid.h>
      void use(peerid_session **session);
      void use(peerid_session **session) { peerid_session_create("name", session); }

      """
    )
    #expect(result.status != 0)
    #expect(result.output.contains("unused-result"))
  }

  @Test("makes the compiler complain when handles are confused", arguments: Compilation.all)
  func confusedHandleIsNoticed(with compilation: Compilation) throws {
    let result = try compilation.run(
      """
      #include <peerid.h>
      void use(peerid_error *error);
      void use(peerid_error *error) { peerid_session_free(error); }

      """
    )
    #expect(result.status != 0)
  }

  @Test("lets the preprocessor compare versions")
  func versionIsComparable() throws {
    let result = try Compilation(compiler: "gcc", language: "c", standard: "c99").run(
      """
      #include <peerid.h>
      #if PEERID_VERSION_NUMBER != PEERID_VERSION_MAJOR * 10000 + PEERID_VERSION_MINOR * 100 + PEERID_VERSION_PATCH
      #error "the version does not agree with itself"
      #endif
      static const char version[] = PEERID_VERSION_STRING;
      int main(void) { return version[0] == '1' ? 0 : 1; }

      """
    )
    #expect(result.status == 0, "\(result.output)")
  }
}
