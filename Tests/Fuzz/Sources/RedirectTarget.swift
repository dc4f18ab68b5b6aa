@testable import PeerID
@testable import PeerIDSandbox

/// Redirect URLs: a code is accepted only with the right state, and is the one that a server would read.
enum RedirectTarget {
  static func run(_ input: UnsafeRawBufferPointer) {
    var input = FuzzInput(input)
    let state = input.text()
    let url = input.text()
    let code = input.text()
    readAny(url, state)
    readOwn(code, state)
  }

  private static func readAny(_ url: String, _ state: String) {
    guard let code = try? AuthorizationRedirect.code(in: Bytes(url), expectedState: state) else { return }
    let query = query(of: url)
    // A server reads brackets as nested values.
    guard !query.utf8.contains(UInt8(ascii: "[")), !query.utf8.contains(UInt8(ascii: "%")) else { return }
    let read = NestedParameters.parse(query).root
    // The last of several counts.
    guard let only = read["code"]?.string, !query.utf8.contains(UInt8(ascii: "?")) else { return }
    check(only == code.text, "a server reads another code")
    check((read["state"]?.string ?? state) == state, "a server reads another state")
  }

  private static func query(of url: String) -> String {
    let bytes = url.utf8.prefix { $0 != UInt8(ascii: "#") }
    let mark = bytes.firstIndex(of: UInt8(ascii: "?"))
    return String(Substring(mark.map { bytes[bytes.index(after: $0)...] } ?? bytes))
  }

  /// Addresses that servers write are read, including those with a query of their own.
  private static func readOwn(_ code: String, _ state: String) {
    guard !code.isEmpty, !state.isEmpty else { return }
    let parameters = "code=\(PercentEncoding.encode(code))&state=\(PercentEncoding.encode(state))"
    for url in ["https://shop.example/cb?\(parameters)", "https://shop.example/cb?a=1&\(parameters)#top", parameters] {
      let read = try? AuthorizationRedirect.code(in: Bytes(url), expectedState: state)
      check(read?.text == code, "the code is not found: \(url)")
      let other = try? AuthorizationRedirect.code(in: Bytes(url), expectedState: state + "x")
      check(other == nil, "the code is found with another state: \(url)")
    }
  }
}
