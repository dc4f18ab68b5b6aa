/// A request for a user's consent: the page to send the user to, and the state to expect back.
public struct AuthorizationRequest: Sendable {
  /// The address of the page on which the user signs in and gives consent.
  public let url: String
  /// 192 random bits as text. Keep it in the user's web session and compare it when the user comes back: it shows that
  /// the answer belongs to this request and not to an attacker's.
  public let state: String
}

/// The address to which the user's browser came back, read.
enum AuthorizationRedirect {
  /// Takes the authorization code out of `url` after comparing its state in constant time.
  ///
  /// - Parameters:
  ///   - url: the whole address, or its query alone.
  ///   - expectedState: the state of the request.
  /// - Returns: the code.
  /// - Throws: `rejected` when the user or the server said no, `invalidArgument` when there is no code, a parameter
  ///   stands twice, or the state is missing or another one.
  static func code(in url: String, expectedState: String) throws(PeerIDError) -> Bytes {
    guard !expectedState.isEmpty else {
      throw PeerIDError(.invalidArgument, "expected_state is empty: pass the state of the authorization request")
    }
    let parameters = try read(url)
    guard let state = parameters["state"] else {
      throw PeerIDError(.invalidArgument, "the redirect has no state: it does not belong to this request")
    }
    guard ConstantTime.areEqual(state, expectedState) else {
      throw PeerIDError(.invalidArgument, "the redirect has another state: it does not belong to this request")
    }
    if let error = parameters["error"] {
      let description = parameters["error_description"].map { " – \($0.prefix(200))" } ?? ""
      throw PeerIDError(.rejected, .notDone, "consent was not given: \(error.prefix(100))\(description)")
    }
    guard let code = parameters["code"], !code.isEmpty else {
      throw PeerIDError(.invalidArgument, "the redirect has neither a code nor an error")
    }
    return Bytes(code, wipes: true)
  }

  private static func read(_ url: String) throws(PeerIDError) -> [String: String] {
    let withoutFragment = url.utf8.prefix { $0 != UInt8(ascii: "#") }
    let query: Substring.UTF8View =
      if let mark = withoutFragment.firstIndex(of: UInt8(ascii: "?")) {
        withoutFragment[withoutFragment.index(after: mark)...]
      } else {
        withoutFragment
      }
    var parameters: [String: String] = [:]
    for pair in query.split(separator: UInt8(ascii: "&")) {
      let name = pair.prefix { $0 != UInt8(ascii: "=") }
      guard let key = PercentEncoding.decode(name), let value = PercentEncoding.decode(pair.dropFirst(name.count + 1))
      else { throw PeerIDError(.invalidArgument, "the redirect holds a broken percent-escape") }
      guard ["code", "state", "error", "error_description"].contains(key) else { continue }
      guard parameters.updateValue(value, forKey: key) == nil else {
        throw PeerIDError(.invalidArgument, "the redirect holds '\(key)' twice")
      }
    }
    return parameters
  }
}
