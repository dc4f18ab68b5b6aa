/// Parses the URL to which the user's browser was redirected.
///
/// The consent page appends `?code=…&state=…` to the redirect URI even if that already contains a `?`:
/// `https://shop.example/cb?tenant=1` becomes `https://shop.example/cb?tenant=1?code=…&state=…`. So a `?` separates
/// parameters like a `&`, and the answer begins with the last `code` or `error`.
enum AuthorizationRedirect {
  /// Returns the authorization code in `url` after comparing its state in constant time.
  ///
  /// - Parameters:
  ///   - url: the whole URL, or only its query.
  ///   - expectedState: the state of the request.
  /// - Returns: the code.
  /// - Throws: `rejected` when the user or the server refused, `invalidArgument` when there is no code, or the state is
  ///   missing, wrong or repeated.
  static func code(in url: Bytes, expectedState: String) throws(PeerIDError) -> Bytes {
    try url.withBytes { (url) throws(PeerIDError) in try code(in: url, expectedState: expectedState) }
  }

  private static func code(in url: UnsafeRawBufferPointer, expectedState: String) throws(PeerIDError) -> Bytes {
    guard !expectedState.isEmpty else {
      throw PeerIDError(.invalidArgument, "expected_state is empty: pass the state of the authorization request")
    }
    let answer = RedirectAnswer(url)
    guard let state = try answer.value(of: "state", mayRepeat: false) else {
      throw PeerIDError(.invalidArgument, "the redirect has no state: it does not belong to this request")
    }
    guard ConstantTime.areEqual(state.text, expectedState) else {
      throw PeerIDError(.invalidArgument, "the redirect has another state: it does not belong to this request")
    }
    if answer.isError, let error = try answer.value(of: "error")?.text {
      let description = try answer.value(of: "error_description").map { " – \($0.text.cut(to: 200))" } ?? ""
      throw PeerIDError(.rejected, .notDone, "consent was not given: \(error.cut(to: 100))\(description)")
    }
    guard let code = try answer.value(of: "code"), code.count > 0 else {
      throw PeerIDError(.invalidArgument, "the redirect has neither a code nor an error")
    }
    return code
  }
}

/// The parameters that the consent page appended.
private struct RedirectAnswer {
  private typealias Text = Slice<UnsafeRawBufferPointer>
  /// A parameter of the URL. Each `?` begins a new group.
  private typealias Parameter = (group: Int, name: String, value: Text)

  /// The parameters from the last `code` or `error` to the end.
  private var answer: [Parameter] = []
  /// The parameters before the answer in the same group, after the same `?`.
  private var before: [Parameter] = []

  /// Whether the answer is an error. An `error` before the `code` is a parameter of the application's redirect URI, not
  /// a part of the answer.
  var isError: Bool { answer.contains { $0.name == "error" } }

  /// The URL's memory must stay valid as long as this value is used.
  init(_ url: UnsafeRawBufferPointer) {
    let parts = url.split(separator: UInt8(ascii: "#"), maxSplits: 1, omittingEmptySubsequences: false)
    // If the page keeps its route in the fragment, the answer is in the fragment.
    for part in parts where answer.isEmpty { read(part) }
  }

  private mutating func read(_ part: Text) {
    var parameters: [Parameter] = []
    for (group, text) in part.split(separator: UInt8(ascii: "?"), omittingEmptySubsequences: false).enumerated() {
      for parameter in text.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false) {
        let name = parameter.prefix { $0 != UInt8(ascii: "=") }
        // Other parameters may contain invalid escapes.
        let decoded = PercentEncoding.decode(name) ?? ""
        parameters.append((group, decoded, parameter.dropFirst(name.count + 1)))
      }
    }
    let begin = parameters.lastIndex { $0.name == "code" || $0.name == "error" }
    answer = begin.map { Array(parameters[$0...]) } ?? []
    let group = (begin.map { parameters[$0] } ?? parameters.last)?.group
    before = parameters.prefix(begin ?? parameters.count).filter { $0.group == group }
  }

  /// The value of a parameter of the answer, in memory that is wiped; `nil` when there is none.
  func value(of name: String, mayRepeat: Bool = true) throws(PeerIDError) -> Bytes? {
    let inAnswer = answer.filter { $0.name == name }
    let found = inAnswer.isEmpty ? before.filter { $0.name == name } : inAnswer
    guard let last = found.last else { return nil }
    if !mayRepeat, found.count > 1 {
      throw PeerIDError(.invalidArgument, "the redirect holds '\(name)' more than once")
    }
    guard let value = PercentEncoding.decoded(last.value, wipes: true) else {
      throw PeerIDError(.invalidArgument, "the redirect holds a broken percent-escape")
    }
    return value
  }
}
