import Testing

@testable import HeaderGenerator

@Suite("A doc comment")
struct DocumentationTests {
  @Test("is taken apart into its parts")
  func parts() throws {
    let comment = DocComment(lines: [
      "Does it. And more.", "", "- a plain entry", "- Parameters:", "  - first: one", "    more of one",
      "  - second: two",
      "- Returns: a thing", "- Errors: at worst", "  - `refused`, `notSent`: no", "- Thread safety: any thread.",
      "- See also: this", "- SeeAlso: that",
    ])
    #expect(comment.summary == "Does it.")
    #expect(
      comment.description == [
        .paragraph("Does it. And more."), .list([MarkdownItem(marker: "-", blocks: [.paragraph("a plain entry")])]),
      ]
    )
    #expect(comment.parameters.map(\.name) == ["first", "second"])
    #expect(comment.parameters.first?.blocks == [.paragraph("one more of one")])
    #expect(comment.returns == [.paragraph("a thing")])
    let errors = try #require(comment.errors)
    #expect(errors.introduction == [.paragraph("at worst")])
    #expect(errors.causes == [.init(codes: ["refused", "notSent"], blocks: [.paragraph("no")])])
    #expect(comment.sections[.threadSafety] == [[.paragraph("any thread.")]])
    #expect(comment.sections[.seeAlso]?.count == 2)
    #expect(comment.mistakes == [])
  }

  @Test(
    "is found in front of its declaration, and no other comment is",
    arguments: [
      ("/// Right.", "/** Right. */"),
      ("/// Wrong.\n\n/// Right.", "/** Right. */"),
      ("/// Wrong.\n// Aside.\n/// Right.", "/** Right. */"),
      ("/// Right.\n// Aside.", "/** Right. */"),
      ("/** Right. */", "/** Right. */"),
      ("/**\n * Right,\n * and more.\n */", "/** Right, and more. */"),
    ]
  )
  func found(source: String, expected: String) throws {
    let header = try #require(
      SmallSources.header(adding: source + "\npublic typealias ClientHandle = OpaquePointer")
    )
    #expect(header.contains(expected + "\ntypedef struct peerid_client peerid_client;"))
    #expect(!header.contains("Wrong"))
    #expect(!header.contains("Aside"))
  }

  @Test(
    "cannot end the comment of the header, or seem to begin another",
    arguments: ["*/", "/*", "*/*", "/*/", "**//**"]
  )
  func commentSignsAreDisarmed(text: String) throws {
    let header = try #require(
      SmallSources.header(adding: "/// Text \(text) text.\npublic typealias ClientHandle = OpaquePointer")
    )
    let line = try #require(header.split(separator: "\n").first { $0.hasPrefix("/** Text") })
    let inner = line.dropFirst(3).dropLast(2)
    #expect(!inner.contains("*/"))
    #expect(!inner.contains("/*"))
  }

  @Test("is wrapped without breaking code or beginning a line with a sign of Markdown")
  func wrapping() {
    let text = "one two three `some code here` four - five 6. seven #eight"
    #expect(
      TextWrapping.wrap(text, width: 14, first: "> ", rest: "  ") == [
        "> one two", "  three", "  `some code here`", "  four - five 6.", "  seven #eight",
      ]
    )
    let lines = TextWrapping.wrap(text, width: 4)
    #expect(!lines.contains { $0.hasPrefix("-") || $0.hasPrefix("6.") || $0.hasPrefix("#") })
  }
}

@Suite("A C name")
struct CNamesTests {
  @Test(
    "is made from a Swift name",
    arguments: [
      ("outResponse", "out_response"), ("CompletionQueue", "completion_queue"), ("dns", "dns"),
      ("httpURLBad", "http_url_bad"), ("http2Error", "http2_error"), ("URL", "url"), ("retryAfterMS", "retry_after_ms"),
    ]
  )
  func snakeCase(swift: String, c: String) {
    #expect(CNames.snakeCase(swift) == c)
  }

  @Test(
    "is publishable only with the prefix and in lower case",
    arguments: [
      ("peerid_session_submit", true), ("peerid_http2", true), ("peerid_", false), ("peerid", false),
      ("peerid__x", false), ("peerid_x_", false), ("peerid_X", false), ("other_x", false), ("peerid_é", false),
    ]
  )
  func publishable(name: String, isPublishable: Bool) {
    #expect(CNames.isPublishable(name) == isPublishable)
  }
}

@Suite("A difference between texts")
struct LineDiffTests {
  @Test("has the form that `diff -u` gives")
  func unified() {
    let old = (1...20).map(String.init)
    var new = old
    new[9] = "ten"
    new.remove(at: 18)
    let lines = LineDiff.unified(
      old: old.joined(separator: "\n"),
      new: new.joined(separator: "\n"),
      path: "numbers"
    )
    #expect(
      lines == [
        "--- numbers (on disk)", "+++ numbers (from the sources)", "@@ -7,7 +7,7 @@", " 7", " 8", " 9", "-10", "+ten",
        " 11", " 12", " 13", "@@ -16,5 +16,4 @@", " 16", " 17", " 18", "-19", " 20",
      ]
    )
  }

  @Test("is empty between equal texts, and complete against an empty one")
  func ends() {
    #expect(LineDiff.unified(old: "a\nb", new: "a\nb", path: "x").isEmpty)
    #expect(LineDiff.unified(old: "", new: "a", path: "x").suffix(2) == ["-", "+a"])
    #expect(LineDiff.unified(old: "a\n", new: "a\nb\n", path: "x").contains("+b"))
  }
}
