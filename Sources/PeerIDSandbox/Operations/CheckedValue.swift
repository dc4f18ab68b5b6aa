internal import PeerID

/// A value that passed the schema, in two forms.
struct CheckedValue {
  /// The value after the conversions of the schema.
  let given: JSONLiteral
  /// The value in the node's answers: integers of more than 32 bits as strings, times in ISO 8601.
  let echo: JSONLiteral
  /// The serializer's error for the value; `nil` if there is none.
  var problem: String?

  init(_ literal: JSONLiteral, echo: JSONLiteral? = nil, problem: String? = nil) {
    given = literal
    self.echo = echo ?? literal
    self.problem = problem
  }

  static func object(_ members: [(key: String, value: CheckedValue)]) -> CheckedValue {
    CheckedValue(
      .object(members.map { ($0.key, $0.value.given) }),
      echo: .object(members.map { ($0.key, $0.value.echo) })
    )
  }

  static func array(_ elements: [CheckedValue]) -> CheckedValue {
    CheckedValue(.array(elements.map(\.given)), echo: .array(elements.map(\.echo)))
  }

  /// The echo of an object, with an empty array `extensions` as the last member.
  var echoWithExtensions: JSONLiteral {
    if case .object(let members) = echo { .object(members + [("extensions", [])]) } else { echo }
  }
}
