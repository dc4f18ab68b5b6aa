/// Generates JSON that looks like answers: important keys are frequent, and sometimes duplicate.
struct RandomJSON {
  var state: UInt64

  mutating func below(_ limit: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state % UInt64(limit))
  }

  mutating func pick(_ choices: [String]) -> String { choices[below(choices.count)] }

  mutating func space() -> String { below(6) == 0 ? pick([" ", "\n", "\t ", "\r\n"]) : "" }

  mutating func envelope() -> [UInt8] {
    var members = ["\"status\":200", "\"result\":" + space() + value(depth: 4)]
    if below(8) == 0 { members.append("\"result\":" + value(depth: 2)) }
    if below(2) == 0 { members.swapAt(0, 1) }
    return Array((space() + "{" + space() + members.joined(separator: "," + space()) + "}" + space()).utf8)
  }

  mutating func value(depth: Int) -> String {
    switch depth == 0 ? 4 + below(6) : below(10) {
    case 0, 1, 2: object(depth: depth - 1)
    case 3: "[" + space() + (0..<below(4)).map { _ in value(depth: depth - 1) + space() }.joined(separator: ",") + "]"
    case 4, 5: string()
    case 6, 7:
      pick([
        "0", "1", "1", "-7", "42", "123456789012345678", "1234567890123456789", "1.5", "-0.25", "1e3",
        "9223372036854775807", "-9223372036854775808", "9223372036854775808", "2.5E+07", "1e999", "01",
      ])
    default: pick(["true", "false", "null", "[1,\"1.2.3\"]", "[[1,\"1.22.7\"],[1,\"x\",2],[0,\"y\"]]", "{}", "[]"])
    }
  }

  mutating func object(depth: Int) -> String {
    let members = (0..<below(5)).map { _ in
      pick([
        "\"id\"", "\"trx\"", "\"block_num\"", "\"trx_num\"", "\"operation_results\"", "\"token\"", "\"transaction\"",
        "\"other\"", "\"i\\u0064\"", "\"\\u0000\"", "\"ü\"",
      ]) + space() + ":" + space() + value(depth: depth)
    }
    return "{" + members.joined(separator: space() + ",") + space() + "}"
  }

  mutating func string() -> String {
    pick([
      "\"\"", "\"abc\"", "\"12\"", "\"-3\"", "\"+4\"", "\"a\\\"b\"", "\"\\u00e9\"", "\"\\ud83d\\ude00\"", "\"ü😀\"",
      "\"\\\\\"",
    ])
  }

  /// Changes, drops or adds a byte.
  mutating func damage(_ text: inout [UInt8]) {
    let place = below(text.count)
    switch below(3) {
    case 0: text[place] = UInt8(below(256))
    case 1: text.remove(at: place)
    default: text.insert(Array(" \"\\{}[],:0eu.-x".utf8)[below(15)], at: place)
    }
  }
}
