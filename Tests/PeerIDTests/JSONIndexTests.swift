import Testing

@testable import PeerID

/// The index agrees with the parser, and also accepts numbers that are too large for the parser.
@Suite struct JSONIndexTests {
  /// A value and everything inside it, as text.
  private func dump(_ value: JSONIndex.Value) -> String {
    switch value.kind {
    case .object:
      var members: [String] = []
      value.forEachMember { key, member in
        let name = String(decoding: key, as: UTF8.self)
        let found = value.member(JSONKey(name)).map { dump($0) } ?? "nothing"
        #expect(found == dump(member))
        members.append("\(name)=\(found)")
      }
      #expect(members.count == value.count)
      return "{\(members.joined(separator: ","))}"
    case .array:
      let elements = value.elements.map { dump($0) }
      let indexed = (0..<value.count).compactMap { value[$0].map { dump($0) } }
      #expect(elements == indexed && value[value.count] == nil)
      return "[\(elements.joined(separator: ","))]"
    case .string: return "string \(value.string ?? "?")"
    case .integer: return "integer \(value.integer ?? -1)"
    case .real: return "real \(Double(value.digits ?? "") ?? -1)"
    case .boolean: return "boolean \(value.boolean.map { "\($0)" } ?? "?")"
    case .null: return "null"
    }
  }

  private func dump(_ value: JSONValue) -> String {
    switch value.kind {
    case .object: "{\(value.members.map { "\($0.key)=\(dump($0.value))" }.joined(separator: ","))}"
    case .array: "[\(value.elements.map { dump($0) }.joined(separator: ","))]"
    case .string: "string \(value.string ?? "?")"
    case .integer: "integer \(value.integer ?? -1)"
    case .real: "real \(value.number ?? -1)"
    case .boolean: "boolean \(value.boolean.map { "\($0)" } ?? "?")"
    case .null: "null"
    }
  }

  private static let manyMembers =
    "{" + (0..<1000).map { #""k\#($0)":\#($0)"# }.joined(separator: ",") + "}"

  @Test(arguments: [
    "{}", "[]", "7", "-1.25", "1e3", "1234567890123456789", "true", "false", "null", #""text""#,
    #"{"a":{"b":[1,[2,{"c":3}],"x"],"d":"ü"},"e":false}"#,
    " [ 1 , 2.5 , { \"a\" : [ ] } ] ", #"{"":1}"#,
    #"["12345678","1234567","123456789012345678901234567890","ü2345678"]"#,
    #"{"a":"\n\"\\\/\b\f\r\t","\u0061b":"\u00e9\ud83d\ude00x"}"#, #"["\u0000"]"#, manyMembers,
  ])
  func `the index finds the values that the parser finds`(text: String) throws {
    let bytes = Bytes(text)
    let parsed = try dump(JSONDocument(parsing: bytes.raw).root)
    try JSONIndex(bytes.raw).withRoot { root in
      #expect(dump(root) == parsed)
      #expect(root.member("missing") == nil && root[-1] == nil)
    }
  }

  struct Damage {
    let text: String
    let reason: String
    let line: Int
    let column: Int
  }

  @Test(arguments: [
    Damage(text: #"{"a":1,"a":2}"#, reason: "the key 'a' appears more than once", line: 1, column: 12),
    Damage(text: #"{"a":1,"\u0061":2}"#, reason: "the key 'a' appears more than once", line: 1, column: 17),
    Damage(
      text: "{" + manyMembers.dropFirst().dropLast() + #","k7":1}"#,
      reason: "'k7' appears more than once",
      line: 1,
      column: 10789
    ),
    Damage(text: #"{"\u0000":2}"#, reason: "NUL", line: 1, column: 11),
    Damage(text: #"["\ud800"]"#, reason: "surrogate", line: 1, column: 10),
    Damage(text: #"["\udc00\ud800"]"#, reason: "surrogate", line: 1, column: 16),
    Damage(text: "[1,]", reason: "unexpected ']'", line: 1, column: 4),
    Damage(text: "", reason: "too early", line: 1, column: 1),
    Damage(text: "{", reason: "too early", line: 1, column: 2),
    Damage(text: "[1] 2", reason: "unexpected '2'", line: 1, column: 5),
    Damage(text: "[\"ü\",\n x", reason: "unexpected 'x'", line: 2, column: 2),
    Damage(text: #"["\#u{1F}2345678"]"#, reason: "unexpected byte 31", line: 1, column: 3),
    Damage(text: #"["12345678"#, reason: "too early", line: 1, column: 11),
    Damage(text: "01", reason: "begins with 0", line: 1, column: 3),
    Damage(text: "[5\u{0}]", reason: "unexpected byte 0", line: 1, column: 3),
    Damage(text: "[true\u{0}]", reason: "unexpected byte 0", line: 1, column: 6),
    Damage(text: String(repeating: "[", count: 65), reason: "64 levels", line: 1, column: 65),
  ])
  func `an error has a line and a column`(damage: Damage) {
    let error = #expect(throws: JSONSyntaxError.self) {
      try Bytes(damage.text).withBytes { (text) throws(JSONSyntaxError) in _ = try JSONIndex(text) }
    }
    #expect(error?.reason.contains(damage.reason) == true, "\(error?.reason ?? "")")
    #expect(error?.line == damage.line)
    #expect(error?.column == damage.column)
  }

  @Test func `numbers of any size keep their digits`() throws {
    let bytes = Bytes("[9223372036854775808,-9223372036854775809,1e400,0.1,0.10000000000000001,12E-3]")
    try JSONIndex(bytes.raw).withRoot { root in
      let digits = root.elements.compactMap(\.digits)
      #expect(
        digits == ["9223372036854775808", "-9223372036854775809", "1e400", "0.1", "0.10000000000000001", "12E-3"]
      )
      #expect(root.elements.allSatisfy { $0.integer == nil })
      #expect(root[0]?.kind == .integer && root[2]?.kind == .real)
    }
  }

  @Test func `random texts, valid and damaged, are indexed as the parser reads them`() throws {
    var random = RandomJSON(state: 0xD1B5_4A32_D192_ED03)
    var (taken, refused) = (0, 0)
    for round in 0..<20_000 {
      var text = random.envelope()
      if round % 2 == 1 { random.damage(&text) }
      let bytes = text.withUnsafeBytes { Bytes($0) }
      let parsed = try? JSONDocument(parsing: bytes.raw, rejectDuplicates: true).root
      guard let index = try? JSONIndex(bytes.raw) else {
        refused += 1
        #expect(parsed == nil, "the index refuses \(bytes.text)")
        continue
      }
      taken += 1
      // The parser may refuse it only because of a number that is too large.
      guard let parsed else {
        let hasLargeNumber =
          bytes.contains("9223372036854775808") || bytes.contains("1e999") || bytes.text.utf8.count > 18
        #expect(hasLargeNumber, "the parser refuses \(bytes.text)")
        continue
      }
      #expect(index.withRoot { dump($0) } == dump(parsed), "\(bytes.text)")
    }
    #expect(taken > 9000 && refused > 3000)
  }
}
