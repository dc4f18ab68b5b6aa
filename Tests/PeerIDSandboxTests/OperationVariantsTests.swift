import Testing

@testable import PeerID
@testable import PeerIDSandbox

/// Changes one value at a time in each operation's example: the library's check and the sandbox, which follows the
/// backend's schema, must agree. They share no code.
@Suite struct OperationVariantsTests {
  private static let names = OperationCatalogue.standard.operations
    .filter { $0.neverAcceptedBecause == nil && $0.alwaysFailsBecause == nil && $0.onlyProposedBecause == nil }
    .map(\.name)

  @Test(arguments: names)
  func `the library's check agrees with the server`(name: String) throws {
    let definition = try #require(OperationCatalogue.standard.operation(named: name))
    let description = try JSONDocument(try #require(Operations.description(of: name))).root
    let example = Sample(try #require(description["example"]))
    #expect(verdict(of: example) == Verdict())
    var count = 0
    for variant in example.variants(of: definition) {
      count += 1
      let verdict = verdict(of: variant.sample)
      let place = "operations[0]" + variant.path
      let context: Comment = "\(variant.sample.text): server \(verdict.server ?? "-"), check \(verdict.check ?? "-")"
      if verdict.server != nil { #expect(verdict.check != nil, context) }
      if let said = verdict.check {
        #expect(said.hasPrefix("operations[0]"), context)
        if variant.isMissing { #expect(said == place + " is required", context) }
        if variant.isUnknown { #expect(said.hasPrefix(place + " is not a field here; "), context) }
        if verdict.server == nil { #expect(isStricter(said, than: definition), context) }
      }
    }
    #expect(count > 10)
  }

  /// Values that the schema accepts, and the serializer or the chain refuses; and numbers with a fraction.
  private static let beyondSchema = [
    "the last number of an object id is at most 281474976710655 (2^48 - 1)", "must be a public key",
    "an integer, not 1.5", "an integer, not 7.0", "without a decimal point or exponent", "must be an integer, not '7'",
    "must be an integer, not ' 7 '", "must be {\"op\": [number, {…}]}",
  ]

  private func isStricter(_ said: String, than definition: OperationDefinition) -> Bool {
    let known = Self.beyondSchema + definition.rules.map(\.text) + definition.fields.flatMap { words(of: $0.type) }
    return known.contains { said.contains($0) }
  }

  /// The rules of a type and the units of its numbers, which occur in the messages about limits.
  private func words(of type: OperationFieldType) -> [String] {
    switch type {
    case .refined(let schema, let refinement):
      let unit = refinement.unit.map { [$0.split(separator: " (")[0] + ", at "] } ?? []
      return refinement.rules.map(\.text) + unit.map { String($0) } + words(of: schema)
    case .object(let fields): return fields.flatMap { words(of: $0.type) }
    case .array(let element, _, _): return words(of: element)
    case .tuple(let types): return types.flatMap { words(of: $0) }
    default: return []
    }
  }

  private struct Verdict: Equatable {
    var server: String?
    var check: String?
  }

  private func verdict(of sample: Sample) -> Verdict {
    var verdict = Verdict()
    do throws(PeerIDError) {
      try Operations.check(sample.text)
    } catch {
      verdict.check = error.message
    }
    do throws(OperationChecker.Fault) {
      guard let document = try? JSONDocument("[\(sample.text)]") else { return verdict }
      verdict.server = try OperationChecker.check(document.root).first?.buildFault
    } catch {
      verdict.server = error.message
    }
    return verdict
  }
}

/// JSON that can be changed.
private indirect enum Sample {
  case object([(key: String, value: Sample)])
  case array([Sample])
  /// Anything else, as its text.
  case plain(String)

  init(_ value: JSONValue) {
    switch value.kind {
    case .object: self = .object(value.members.map { ($0.key, Sample($0.value)) })
    case .array: self = .array(value.elements.map { Sample($0) })
    default: self = .plain(value.compactText().text)
    }
  }

  var text: String {
    switch self {
    case .object(let members): "{" + members.map { "\"\($0.key)\":\($0.value.text)" }.joined(separator: ",") + "}"
    case .array(let elements): "[" + elements.map(\.text).joined(separator: ",") + "]"
    case .plain(let text): text
    }
  }

  struct Variant {
    let sample: Sample
    /// Where something was changed.
    let path: String
    var isMissing = false
    var isUnknown = false
  }

  /// The replacements of each value.
  private static let replacements = [
    "null", "true", "\"true\"", "0", "-1", "1", "1.5", "7.0", "\"7\"", "\" 7 \"", "\"\"", "\"x\"", "[]", "[7]", "{}",
    "{\"x\":1}", "4294967296", "1000000000001", "9007199254740992", "-9007199254740992", "\"1.2.7\"", "\" 1.2.7 \"",
    "\"1.3.7\"", "\"1.2.281474976710656\"", "\"1.2.99999999999999999999\"", "\"alice\"",
  ]

  func variants(of definition: OperationDefinition) -> [Variant] {
    variants(definition.fields, "")
  }

  private func variants(_ fields: [OperationField], _ path: String) -> [Variant] {
    guard case .object(let members) = self else { return [] }
    var variants = [
      Variant(
        sample: .object(members + [("unknown_field", .plain("1"))]),
        path: path + ".unknown_field",
        isUnknown: true
      )
    ]
    for (place, member) in members.enumerated() {
      guard let field = fields.first(where: { $0.name == member.key }) else { continue }
      let inner = path + "." + field.name
      var others = members
      others.remove(at: place)
      variants.append(Variant(sample: .object(others), path: inner, isMissing: field.presence == .required))
      for variant in member.value.variants(field.type, inner) {
        others = members
        others[place].value = variant.sample
        variants.append(variant.inside(.object(others)))
      }
    }
    return variants
  }

  private func variants(_ type: OperationFieldType, _ path: String) -> [Variant] {
    var variants = Self.replacements.map { Variant(sample: .plain($0), path: path) }
    switch (type, self) {
    case (.refined(let schema, let refinement), _):
      guard case .plain = refinement.meaning else { return variants }
      return self.variants(schema, path)
    case (.object(let fields), _): variants += self.variants(fields, path)
    case (.asset, _):
      let amount = OperationFieldType.integer(minimum: nil, maximum: OperationFieldType.maximumAmount)
      variants += self.variants(
        [
          OperationField(name: "amount", presence: .required, type: amount),
          OperationField(name: "asset_id", presence: .required, type: .objectID(space: "1.3")),
        ],
        path
      )
    case (.array(let element, _, _), .array(let elements)):
      guard let first = elements.first else { break }
      for variant in first.variants(element, path + "[0]") {
        variants.append(variant.inside(.array([variant.sample] + elements.dropFirst())))
      }
    case (.tuple(let types), .array(let elements)):
      variants.append(Variant(sample: .array(elements + [.plain("1")]), path: path))
      variants.append(Variant(sample: .array(elements.dropLast()), path: path))
      for (place, type) in types.enumerated() where place < elements.count {
        for variant in elements[place].variants(type, path + "[\(place)]") {
          var others = elements
          others[place] = variant.sample
          variants.append(variant.inside(.array(others)))
        }
      }
    default: break
    }
    return variants
  }
}

extension Sample.Variant {
  fileprivate func inside(_ sample: Sample) -> Sample.Variant {
    Sample.Variant(sample: sample, path: path, isMissing: isMissing, isUnknown: isUnknown)
  }
}
