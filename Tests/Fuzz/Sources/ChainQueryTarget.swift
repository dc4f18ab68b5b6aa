@testable import PeerID
@testable import PeerIDSandbox

/// Chain queries: the server's parser reads the parameters that were passed.
enum ChainQueryTarget {
  static func run(_ input: UnsafeRawBufferPointer) {
    var input = FuzzInput(input)
    let api = input.text()
    let method = input.text()
    let parameters = input.rest
    do {
      let query = try ChainReadQuery(api: api, method: method, parameters: parameters)
      check(query.text.utf8.allSatisfy { 0x21..<0x7F ~= $0 && $0 != UInt8(ascii: "#") }, "not a query: \(query.text)")
      let read = NestedParameters.parse(query.text).root
      check(read["api"]?.string == api && read["method"]?.string == method, "api or method changes: \(query.text)")
      if parameters.isEmpty { return check(read.count == 2, "parameters that were not passed: \(query.text)") }
      try JSONIndex(parameters).withRoot { given in
        if given.count == 0 { return check(read["params"] == nil, "parameters that were not passed: \(query.text)") }
        guard let params = read["params"] else { fail("the parameters are lost: \(query.text)") }
        compare(given, params, query.text)
      }
    } catch {
      let error = error as? PeerIDError
      check(error?.code == .invalidArgument && error?.outcome == .notSent, "another error: \(error?.message ?? "")")
    }
  }

  /// The server reads every leaf as text.
  private static func compare(_ given: JSONIndex.Value, _ read: JSONValue, _ query: String) {
    switch given.kind {
    case .array:
      check(read.kind == .array && read.count == given.count, "an array changes: \(query)")
      for (element, other) in zip(given.elements, read.elements) { compare(element, other, query) }
    case .object:
      check(read.kind == .object && read.count == given.count, "an object changes: \(query)")
      given.forEachMember { key, value in
        guard let other = read.member(String(decoding: key, as: UTF8.self)) else { fail("a key is lost: \(query)") }
        compare(value, other, query)
      }
    default:
      let text = given.string ?? given.digits ?? given.boolean.map { $0 ? "true" : "false" }
      check(read.string == text, "a value changes: \(query)")
    }
  }
}
