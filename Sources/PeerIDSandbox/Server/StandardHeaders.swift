internal import PeerID

/// The headers that Node and Express add to every answer.
extension HTTPAnswer {
  /// Node's answer to a header block of more than 16 kB. It has no body, and the connection is closed.
  static var headersTooLarge: HTTPAnswer {
    HTTPAnswer(status: 431, contentType: "", headers: [("Connection", "close")], body: Bytes(""))
  }

  /// Node's answer to a method that its parser does not know.
  static var unknownMethod: HTTPAnswer {
    HTTPAnswer(status: 400, contentType: "", headers: [("Connection", "close")], body: Bytes(""))
  }

  /// The methods that Node's parser knows, apart from `CONNECT`.
  static let knownMethods: Set<String> = [
    "DELETE", "GET", "HEAD", "POST", "PUT", "OPTIONS", "TRACE", "COPY", "LOCK", "MKCOL", "MOVE", "PROPFIND",
    "PROPPATCH", "SEARCH", "UNLOCK", "BIND", "REBIND", "UNBIND", "ACL", "REPORT", "MKACTIVITY", "CHECKOUT", "MERGE",
    "M-SEARCH", "NOTIFY", "SUBSCRIBE", "UNSUBSCRIBE", "PATCH", "PURGE", "MKCALENDAR", "LINK", "UNLINK", "SOURCE",
  ]

  /// The answer to `OPTIONS`, on any path.
  static func preflight(_ request: HTTPRequest) -> HTTPAnswer {
    let headers = [
      ("Access-Control-Allow-Methods", "GET,PUT,POST,OPTIONS,DELETE,PATCH"),
      ("Access-Control-Allow-Headers", "x-user,X-Signature,accept,content-type"),
    ]
    return HTTPAnswer(status: 204, contentType: "", headers: originHeaders(request) + headers, body: Bytes(""))
  }

  /// CORS headers that allow requests with cookies from any origin.
  static func originHeaders(_ request: HTTPRequest) -> [(name: String, value: String)] {
    let origin = request.header("Origin").map { [(name: "Access-Control-Allow-Origin", value: $0)] } ?? []
    return [("X-Powered-By", "Express")] + origin + [("Vary", "Origin"), ("Access-Control-Allow-Credentials", "true")]
  }

  /// The answer, or 304 if the client already has it.
  func notModified(for request: HTTPRequest) -> HTTPAnswer {
    guard request.method == "GET" || request.method == "HEAD", 200..<300 ~= status,
      let known = request.header("If-None-Match")
    else { return self }
    let tags = known.split(separator: ",").map { $0.drop { $0 == " " } }
    guard known == "*" || tags.contains(where: { $0 == entityTag[...] }) else { return self }
    return HTTPAnswer(status: 304, contentType: "", headers: headers + [("ETag", entityTag)], body: Bytes(""))
  }
}
