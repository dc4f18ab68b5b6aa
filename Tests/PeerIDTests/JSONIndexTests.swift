import Testing

@testable import PeerID

/// The index holds what the parser finds, or leaves the text to the parser.
@Suite struct JSONIndexTests {
  /// A value with all that it holds, as text.
  private func dump(_ value: some JSONReadable) -> String {
    switch value.kind {
    case .object:
      var members: [String] = []
      value.forEachMember { key, member in
        let name = String(decoding: key, as: UTF8.self)
        let found = value.member(JSONKey(name)).map { dump($0) } ?? "nothing"
        members.append("\(name)=\(dump(member))/\(found)")
      }
      return "object \(value.count) {\(members.joined(separator: ","))}"
    case .array:
      var elements: [String] = []
      value.forEachElement { elements.append(dump($0)) }
      let indexed = (0..<value.count).compactMap { value[$0].map { dump($0) } }
      #expect(elements == indexed && value[value.count] == nil)
      return "array \(value.count) [\(elements.joined(separator: ","))]"
    case .string: return "string \(value.string ?? "?")"
    case .integer: return "integer \(value.integer ?? -1) \(value.number ?? -1)"
    case .real: return "real \(value.number ?? -1) \(value.integer == nil)"
    case .boolean: return "boolean \(value.boolean.map { "\($0)" } ?? "?")"
    case .null: return "null"
    }
  }

  @Test(arguments: [
    "{}", "[]", "7", "-1.25", "1e3", "1234567890123456789", "true", "false", "null", #""text""#,
    #"{"a":{"b":[1,[2,{"c":3}],"x"],"d":"ü"},"e":false}"#,
    " [ 1 , 2.5 , { \"a\" : [ ] } ] ", #"{"":1}"#,
    #"["12345678","1234567","123456789012345678901234567890","ü2345678"]"#,
  ])
  func `values are those that the parser finds`(text: String) throws {
    let bytes = Bytes(text)
    let parsed = try dump(JSONDocument(parsing: bytes.raw).root)
    try #require(JSONIndex(bytes.raw)).withRoot { root in
      #expect(dump(root) == parsed)
      #expect(root.member(JSONKey("missing")) == nil && root[-1] == nil)
    }
  }

  @Test(arguments: [
    #"{"a":1,"a":2}"#, #"[{"a":{"b":1,"b":2}}]"#, #"{"a":"\n"}"#, #"{"\u0061":1}"#, "1e300", "9223372036854775808",
    "[1,]", "", "{",
    "[1] 2", #"["\#u{1F}2345678"]"#, #"["12345678"#,
  ])
  func `what is not plain is left to the parser`(text: String) {
    #expect(JSONIndex(Bytes(text).raw) == nil)
  }

  @Test func `random texts, whole and damaged, are indexed as the parser reads them`() throws {
    var random = RandomJSON(state: 0xD1B5_4A32_D192_ED03)
    var plain = 0
    for round in 0..<20_000 {
      var text = random.envelope()
      if round % 2 == 1 { random.damage(&text) }
      let bytes = text.withUnsafeBytes { Bytes($0) }
      guard let index = JSONIndex(bytes.raw) else { continue }
      plain += 1
      let parsed = try #require(
        try? JSONDocument(parsing: bytes.raw, rejectDuplicates: true).root,
        "the parser refuses \(bytes.text)"
      )
      #expect(index.withRoot { dump($0) } == dump(parsed), "\(bytes.text)")
    }
    #expect(plain > 3000)
  }
}
