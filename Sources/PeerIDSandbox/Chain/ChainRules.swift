internal import PeerID

/// The rules of the chain for one operation.
struct ChainRule {
  /// Whether a transaction may contain the operation.
  enum Acceptance {
    case always, inProposals, never
  }

  /// `path comparison operand`, as the chain's source writes it.
  struct Condition {
    let path: [String]
    let comparison: String
    let operand: String

    var text: String { "\(path.joined(separator: ".")) \(comparison) \(operand)" }
  }

  let payer: String
  let acceptance: Acceptance
  let conditions: [Condition]

  /// The rules of all operations by name.
  static let all: [String: ChainRule] = read(chainRuleText.description)

  /// The first condition that the fields do not satisfy, with the node's message.
  func violation(of fields: JSONValue, now: Int64) -> String? {
    switch acceptance {
    case .always: break
    case .inProposals: return "trx_state->_is_proposed_trx: "
    case .never: return "false: virtual operation"
    }
    for condition in conditions where !holds(condition, fields, now) {
      let operand = condition.operand == "now" ? "head_block_time()" : condition.operand
      return "\(condition.path.joined(separator: ".")) \(condition.comparison) \(operand): "
    }
    return nil
  }

  /// The account that pays and must authorize the operation.
  func payer(of fields: JSONValue) -> String? {
    payer.first?.isNumber == true ? payer : fields.member(payer)?.string
  }

  private func holds(_ condition: Condition, _ fields: JSONValue, _ now: Int64) -> Bool {
    let isSize = condition.path.last == "size()"
    let path = isSize ? condition.path.dropLast() : condition.path[...]
    let found = Self.values(at: Array(path)[...], in: fields)
    if let limit = condition.operand == "now" ? now : Int64(condition.operand) {
      return found.allSatisfy { value in
        let number = isSize ? Int64(value.string?.utf8.count ?? value.count) : Self.number(value)
        return number.map { Self.compare($0, condition.comparison, limit) } ?? true
      }
    }
    let others = Self.values(at: condition.operand.split(separator: ".").map(String.init)[...], in: fields)
    guard let value = found.first, let other = others.first else { return true }
    if let left = Self.number(value), let right = Self.number(other) {
      return Self.compare(left, condition.comparison, right)
    }
    let isEqual = value.string == other.string
    return condition.comparison == "!=" ? !isEqual : isEqual
  }

  private static func compare(_ left: Int64, _ comparison: String, _ right: Int64) -> Bool {
    switch comparison {
    case ">": left > right
    case ">=": left >= right
    case "<": left < right
    case "<=": left <= right
    case "==": left == right
    default: left != right
    }
  }

  private static func number(_ value: JSONValue) -> Int64? {
    value.integer ?? value.string.flatMap { Int64($0) } ?? value.number.flatMap { Int64(exactly: $0.rounded(.down)) }
  }

  private static func values(at path: ArraySlice<String>, in value: JSONValue) -> [JSONValue] {
    guard let step = path.first else { return [value] }
    let rest = path.dropFirst()
    if step.hasSuffix("[]") {
      guard let member = value.member(String(step.dropLast(2))) else { return [] }
      return member.elements.flatMap { values(at: rest, in: $0) }
    }
    return value.member(step).map { values(at: rest, in: $0) } ?? []
  }

  private static func read(_ text: String) -> [String: ChainRule] {
    var lines: [String] = []
    for line in text.split(separator: "\n") {
      let content = line.drop { $0 == " " }
      if line.hasPrefix("  "), !lines.isEmpty {
        lines[lines.count - 1] += " " + content
      } else {
        lines.append(String(content))
      }
    }
    var rules: [String: ChainRule] = [:]
    for line in lines {
      let sides = line.split(separator: ":", maxSplits: 1)
      let words = sides[0].split(separator: " ")
      let acceptance: Acceptance =
        words.contains("never") ? .never : words.contains("proposed") ? .inProposals : .always
      let conditions = sides.dropFirst().first?.split(separator: ";").compactMap { condition(String($0)) } ?? []
      rules[String(words[0])] = ChainRule(payer: String(words[1]), acceptance: acceptance, conditions: conditions)
    }
    return rules
  }

  private static func condition(_ text: String) -> Condition? {
    let words = text.split(separator: " ").map(String.init)
    guard words.count == 3 else { return nil }
    return Condition(path: words[0].split(separator: ".").map(String.init), comparison: words[1], operand: words[2])
  }
}
