/// What failed answers prove. The first row that matches decides.
///
/// An operation is *not done* only if the answer proves it: because PeerID says so in its own envelope, or because
/// the proxy that wrote the answer cannot have passed the request on. Everything else is *unknown*.
///
/// The sources: peerid-backend 0.11.2 (`src/…`), peerplaysjs-lib (`lib/…`), the Peerplays node, RFC 9110.
enum OutcomeTable {
  static func row(for answer: FailedAnswer) -> OutcomeRow {
    rows.first { $0.pattern.matches(answer) } ?? anythingElse
  }

  static let rows = NodeRefusals.rows + server + client + proxies + [anythingElse]

  private static let anyKind = RequestKind.allCases
  private static let signing: [RequestKind] = [.operations, .confirmation]

  /// Answers with HTTP 5xx. After each of them the outcome is unknown.
  private static let server: [OutcomeRow] = [
    .answers(signing, 500...500, by: .peerID, saying: ["server side error"])
      .prove(.server, .unknown, what: "the server failed")
      .because(
        "src/modules/api/api.module.js writes this message for every unnamed error. In 0.11.2 these routes fail with it "
          + "only before the transaction is sent, but the message does not prove that"
      ),
    .answers([.broadcast], 500...500, by: .peerID, saying: ["server side error"])
      .prove(.server, .unknown, what: "the server failed, or the node refused the transaction")
      .because(
        "src/repositories/peerplays.repository.js (broadcastSerializedTx) drops the node's message, so a duplicate of "
          + "a transaction that was done looks like any other refusal"
      ),
    .answers(anyKind, 503...503, needsRetryAfter: true)
      .prove(.rateLimited, .unknown, isTransient: true, what: "the server asks to retry later")
      .because("a proxy may answer 503 after it has lost the server's answer"),
    .answers(anyKind, 500...599)
      .prove(.server, .unknown, isTransient: true, what: "the server failed")
      .because("a proxy answers 5xx when it has lost the server's answer; PeerID may fail before or after it has sent"),
  ]

  /// PeerID's own HTTP 4xx answers. These answers come from validators, which run before a route sends anything
  /// (src/modules/api/validators).
  private static let client: [OutcomeRow] = [
    .answers([.refresh], 400...400, by: .peerID, saying: ["refresh_token: invalid refresh token"])
      .prove(.rejected, .notDone, .invalidRefreshToken, what: "the server rejected the request")
      .because("src/modules/api/validators/auth.validator.js (validateRefreshToken): no stored pair has this token"),
    .answers(
      anyKind,
      400...401,
      by: .peerID,
      saying: [
        "app_id: App is missing permission for some of the operations", "op_name: Operation invalid",
        "login: Permission does not exist for this user",
      ]
    )
    .prove(.notPermitted, .notDone, .missingPermission, what: "the server does not permit it")
    .because("src/modules/api/validators/app.validator.js (validateOperations, validateROPCFlow)"),
    .answers(anyKind, 403...403, by: .peerID)
      .prove(.notPermitted, .notDone, what: "the server does not permit it")
      .because("src/errors/validate.error.js: a forbidden request ends before its route"),
    .answers(anyKind, 401...401)
      .prove(.rejected, .notDone, what: "the server rejected the request")
      .because(
        "RFC 9110 §15.5.2: the request was not applied. Proxies that ask for credentials do so before they pass a "
          + "request on"
      ),
    .answers(anyKind, 413...413)
      .prove(.tooLarge, .notDone, what: "the request is too large for the server")
      .because("body parsers and proxies compare Content-Length with their limit before they pass a request on"),
    .answers(anyKind, 429...429)
      .prove(.rateLimited, .notDone, isTransient: true, what: "the server asks to retry later")
      .because("RFC 6585 §4: rate limits are counted before a request is passed on"),
    .answers(anyKind, 400...407, 409...428, 431...431, 451...451, by: .peerID)
      .prove(.rejected, .notDone, what: "the server rejected the request")
      .because(
        "src/modules/api/validators/abstract/base.validator.js: validators run before the route; 405: no route matches"
      ),
  ]

  /// HTTP 4xx and 3xx of proxies. These answers lack PeerID's envelope, so only the status can prove an outcome.
  private static let proxies: [OutcomeRow] = [
    .answers(anyKind, 407...407)
      .prove(.rejected, .notDone, what: "the proxy asks for credentials: put them into the option proxy")
      .because("RFC 9110 §15.5.8: the proxy has not passed the request on"),
    .answers(anyKind, 411...411, 414...415, 426...426, 431...431)
      .prove(.rejected, .notDone, what: "the server rejected the request")
      .because(
        "RFC 9110 §15.5.12, 15, 16, 22 and RFC 6585 §5: decided by the headers, before the body is read. "
          + "PeerID's body parser answers 415 and its HTTP parser 431 without an envelope"
      ),
    .answers(anyKind, 421...421, 425...425)
      .prove(.rejected, .notDone, isTransient: true, what: "the server did not accept the request on this connection")
      .because("RFC 9110 §15.5.20 and RFC 8470 §5.2: the server is not willing to process the request"),
    .answers(anyKind, 400...400, saying: ["plain HTTP request was sent to HTTPS port"])
      .prove(.rejected, .notDone, what: "the server expects TLS: write https:// in base_url")
      .because("nginx (status 497) answers before it looks for a location"),
    .answers(anyKind, 408...408, 444...444, 460...463, 499...499)
      .prove(.protocol, .unknown, isTransient: true, what: "a proxy gave up waiting")
      .because("proxies may send these after they have passed the request on; PeerID never sends them"),
    .answers(anyKind, 400...499)
      .prove(
        .protocol,
        .unknown,
        what: "unexpected response, not from PeerID: check base_url and the proxy in front of the server"
      )
      .because(
        "it may replace an answer of the server, for instance by a response filter (403, 406) or by an error page "
          + "(400, 404, 405)"
      ),
    .answers(anyKind, 300...399)
      .prove(.protocol, .unknown, what: "the server redirects, which is never followed: check base_url")
      .because(
        "RFC 9110 §15.4.4: a POST is often answered 302 or 303 when it was carried out; a 301, 307 or 308 may "
          + "also come from behind a proxy"
      ),
  ]

  private static let anythingElse = OutcomeRow.answers(anyKind, 0...Int.max)
    .prove(.protocol, .unknown, what: "unexpected response, not from PeerID")
    .because("an answer that cannot be read proves nothing")
}
