import Testing

/// One mistake, and what the generator has to say of it.
struct Mistake: CustomTestStringConvertible, Sendable {
  let rule: String
  let source: String
  let line: Int
  let message: String

  var testDescription: String { rule }

  static let all = documentation + signatures + types + enums + names

  init(_ rule: String, line: Int, says message: String, _ source: String) {
    self.rule = rule
    self.line = line
    self.message = message
    self.source = source
  }
}
