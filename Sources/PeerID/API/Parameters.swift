/// The parameters of a token call, written in one of the three styles that servers accept.
struct Parameters {
  /// The names of the parameters of all token calls.
  static let allNames = ["login", "password", "mobile", "code", "refresh_token", "client_id", "client_secret"]

  private var members: [(name: String, value: Bytes)] = []

  mutating func add(_ name: String, _ value: Bytes) {
    members.append((name, value))
  }

  /// The names of the parameters that were sent.
  var names: [String] { members.map { $0.name } }

  /// The values that must not appear in an error. A client_id that is not a number is included, because it may be a
  /// secret passed by mistake.
  var secrets: [Bytes] {
    members.filter { $0.name != "login" && ($0.name != "client_id" || !$0.value.raw.allSatisfy { $0.isDigit }) }
      .map { $0.value }
  }

  /// The parameters as `name=value&…`, for a form body. If `address` is given, the result is a URL: the address, `?`,
  /// and the parameters.
  func urlEncoded(behind address: Bytes? = nil) -> Bytes {
    var text: [UInt8] = []
    // Reserve everything at once, because a buffer that grows leaves copies of a password in memory. Percent encoding
    // needs at most three bytes for each byte.
    let room = members.reduce(0) { $0 + 3 * ($1.value.count + $1.name.utf8.count) + 2 }
    text.reserveCapacity(room + (address?.count ?? 0) + 1)
    if let address {
      address.withBytes { text.append(contentsOf: $0) }
      text.append(UInt8(ascii: "?"))
    }
    for (index, member) in members.enumerated() {
      if index > 0 { text.append(UInt8(ascii: "&")) }
      PercentEncoding.append(member.name.utf8, to: &text)
      text.append(UInt8(ascii: "="))
      PercentEncoding.append(member.value.raw, to: &text)
    }
    return text.withUnsafeMutableBytes { bytes in
      defer { bytes.initializeMemory(as: UInt8.self, repeating: 0) }
      return Bytes(UnsafeRawBufferPointer(bytes), wipes: true)
    }
  }

  /// The parameters as a JSON object.
  func json() -> Bytes {
    JSONLiteral.object(members.map { ($0.name, .text($0.value)) }).text(wipes: true)
  }
}
