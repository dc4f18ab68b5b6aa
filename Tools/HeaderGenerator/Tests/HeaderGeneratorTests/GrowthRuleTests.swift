import Testing

@testable import HeaderGenerator

@Suite("The ABI only grows")
struct GrowthRuleTests {
  private static let published = """
    # Generated.
    PEERID_CODE_REFUSED = 9
    peerid_error *peerid_session_create(const char *, peerid_session **);
    typedef struct peerid_session peerid_session;
    typedef void (*peerid_log_handler)(void *, int32_t);
    typedef peerid_error *(*peerid_load_handler)(void *);

    """

  @Test("so additions and another order are fine")
  func additionsAreFine() {
    let lines = Self.published.split(separator: "\n").reversed().joined(separator: "\n")
    let new = "peerid_session *peerid_session_copy(void);\n" + lines
    #expect(GrowthRule.problems(old: Self.published, new: new) == [])
    #expect(GrowthRule.problems(old: nil, new: new) == [])
  }

  @Test(
    "so what was published may not go",
    arguments: [
      (2, "PEERID_CODE_REFUSED", "PEERID_CODE_REFUSED = 9\n"),
      (
        3, "peerid_session_create",
        "peerid_error *peerid_session_create(const char *, peerid_session **);\n"
      ),
      (4, "peerid_session", "typedef struct peerid_session peerid_session;\n"),
      (5, "peerid_log_handler", "typedef void (*peerid_log_handler)(void *, int32_t);\n"),
      (6, "peerid_load_handler", "typedef peerid_error *(*peerid_load_handler)(void *);\n"),
    ]
  )
  func removalIsRefused(line: Int, name: String, text: String) throws {
    let new = Self.published.replacing(text, with: "")
    let problems = GrowthRule.problems(old: Self.published, new: new)
    let problem = try #require(problems.first)
    #expect(problems.count == 1)
    #expect(problem.place == SourcePlace(path: "Tools/ABI/prototypes.txt", line: line))
    #expect(problem.message.hasPrefix("the ABI only grows: `\(name)` was removed"))
  }

  @Test(
    "so what was published may not change",
    arguments: [
      ("= 9", "= 10", "`PEERID_CODE_REFUSED = 9` became `PEERID_CODE_REFUSED = 10`"),
      ("const char *, peer", "char *, peer", "`peerid_session_create` was changed"),
      ("peerid_error *peerid_s", "void peerid_s", "`peerid_session_create` was changed"),
      ("int32_t", "int64_t", "`peerid_log_handler` was changed"),
      ("peerid_error *(*", "void (*", "`peerid_load_handler` was changed"),
    ]
  )
  func changeIsRefused(old: String, new: String, message: String) throws {
    let problems = GrowthRule.problems(old: Self.published, new: Self.published.replacing(old, with: new))
    #expect(problems.count == 1)
    #expect(problems.first?.message.contains(message) == true)
  }

  @Test("so a run refuses a break, unless it is allowed", arguments: [true, false])
  func runRefusesBreak(check: Bool) throws {
    let project = try TemporaryFolder.withFixtureProject()
    let list = try project.read("Tools/ABI/prototypes.txt")
    try project.edit(
      "Sources/PeerIDABI/Error.swift",
      replacing: "@_cdecl(\"peerid_error_codes\")",
      with: "@_cdecl(\"peerid_error_numbers\")"
    )

    let refused = try Generator(root: project.path).run(check: check)
    #expect(!refused.isSuccess)
    #expect(refused.lines.first?.contains("the ABI only grows: `peerid_error_codes` was removed") == true)
    #expect(try project.read("Tools/ABI/prototypes.txt") == list)

    let allowed = try Generator(root: project.path).run(allowBreak: true)
    #expect(allowed.isSuccess)
    #expect(try project.read("Tools/ABI/prototypes.txt").contains("peerid_error_numbers(void);"))
    #expect(try Generator(root: project.path).run(check: true).isSuccess)
  }

  @Test("but the name of a parameter is no promise")
  func parameterNamesMayChange() throws {
    let project = try TemporaryFolder.withFixtureProject()
    try project.edit("Sources/PeerIDABI/Error.swift", replacing: "_ error:", with: "_ failure:")
    try project.edit("Sources/PeerIDABI/Error.swift", replacing: "- Parameter error:", with: "- Parameter failure:")
    #expect(try Generator(root: project.path).run().isSuccess)
  }
}
