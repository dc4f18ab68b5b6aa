import Testing

@testable import HeaderGenerator

@Suite("A mistake in the sources")
struct FailingRuleTests {
  @Test("is reported alone, with its place and what to do", arguments: Mistake.all)
  func reported(mistake: Mistake) throws {
    let (files, problems) = SmallSources.generate(adding: mistake.source)
    let problem = try #require(problems.first)
    #expect(problems.count == 1, "\(problems)")
    #expect(problem.place == SourcePlace(path: SmallSources.casePath, line: mistake.line))
    #expect(problem.message.contains(mistake.message), "\(problem.message)")
    #expect(files.isEmpty)
  }

  @Test("does not hide another")
  func allAreReported() {
    let mistakes = Mistake.documentation + Mistake.signatures
    let problems = SmallSources.generate(adding: mistakes.map(\.source).joined(separator: "\n")).problems
    for mistake in mistakes {
      #expect(problems.contains { $0.message.contains(mistake.message) }, "\(mistake.rule)")
    }
  }

  @Test("is reported when the contract is missing")
  func missingContract() {
    let sources = SmallSources.all.filter { !$0.path.hasSuffix("Contract.swift") }
    let problems = Generator.generate(from: sources).problems
    #expect(problems.map(\.place.path) == ["Sources/PeerIDABI/Contract.swift"])
  }

  @Test("is reported when the version is missing or incomplete", arguments: ["", "public enum Version {}"])
  func missingVersion(text: String) {
    let sources = SmallSources.all.filter { !$0.path.hasSuffix("Version.swift") }
    let version = SourceText(path: "Sources/PeerID/Version.swift", text: text)
    let problems = Generator.generate(from: sources + [version]).problems
    #expect(problems.map(\.place.path) == ["Sources/PeerID/Version.swift"])
  }
}

@Suite("What needs no word on threads")
struct ThreadSafetyExemptionTests {
  @Test(
    "is a release, and an accessor that cannot fail",
    arguments: [
      """
      /// Frees it.
      /// - Parameter session: a session
      @_cdecl("peerid_session_free")
      public func sessionFree(_ session: SessionHandle?) {}
      """,
      """
      /// Counts.
      /// - Parameter session: a session
      /// - Returns: a number
      @_cdecl("peerid_session_count")
      public func sessionCount(_ session: SessionHandle?) -> Int32 { 0 }
      """,
    ]
  )
  func isExempt(source: String) {
    #expect(SmallSources.generate(adding: source).problems == [])
  }
}
