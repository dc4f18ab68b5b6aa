/// A complete request.
struct HTTPRequest: Sendable {
  let method: String
  /// The path as sent, without the query.
  let path: String
  /// The part after the first `?`, still percent-encoded.
  let query: String
  let headers: [(name: String, value: String)]
  /// The body, truncated one byte after the limit for this path.
  let body: [UInt8]
  /// The length of the whole body.
  let bodyLength: Int
  /// Whether the request arrived on a port that serves the pages for browsers.
  var isForPages = true
  /// Whether the request arrived on a port that serves PeerID's API.
  var isForInterface = true

  /// The maximum length of a body. The backend's body parser accepts 100 KiB; controls accept whole fixtures.
  static func bodyLimit(path: some StringProtocol) -> Int {
    path.hasPrefix(controlPrefix) ? 16 << 20 : 102_400
  }

  /// The path prefix of the controls, which are not part of PeerID.
  static let controlPrefix = "/sandbox"

  /// The first header with this name. Names are compared case-insensitively.
  func header(_ name: StaticString) -> String? {
    headers.first { $0.name.isCaseInsensitively(name) }?.value
  }

  /// All headers with this name, in order.
  func headers(named name: StaticString) -> [String] {
    headers.filter { $0.name.isCaseInsensitively(name) }.map(\.value)
  }

  /// The length of the header block as Node counts it: the target, the names and the values.
  var headerBlockLength: Int {
    let target = path.utf8.count + (query.isEmpty ? 0 : query.utf8.count + 1)
    return headers.reduce(target) { $0 + $1.name.utf8.count + $1.value.utf8.count }
  }

  /// The path under which requests are routed and counted. As in Express, case and a slash at the end do not matter.
  var route: String {
    let lowered = path.lowercased()
    return lowered.utf8.count > 1 && lowered.hasSuffix("/") ? String(lowered.dropLast()) : lowered
  }

  /// Whether this request is a control of the sandbox.
  var isControl: Bool {
    path == Self.controlPrefix || path.hasPrefix(Self.controlPrefix + "/")
  }
}

extension String {
  /// Whether this is `other` apart from the case of ASCII letters.
  func isCaseInsensitively(_ other: StaticString) -> Bool {
    utf8.count == other.utf8CodeUnitCount
      && other.withUTF8Buffer { expected in
        zip(utf8, expected).allSatisfy { asciiLowercased($0) == asciiLowercased($1) }
      }
  }
}

private func asciiLowercased(_ byte: UInt8) -> UInt8 {
  byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
}
