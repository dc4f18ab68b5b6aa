import Testing

@testable import PeerID

/// Masking the secrets of a request that a server repeats in its answer.
@Suite struct SecretMaskTests {
  private static let secret = #"pä"ss /&+<%'🐢\9"#

  private static func escaped(_ text: String, _ escape: (Unicode.Scalar) -> String) -> String {
    text.unicodeScalars.map(escape).joined()
  }

  private static func json(_ scalar: Unicode.Scalar) -> String {
    String(scalar).utf16.map { unit in
      let digits = String(unit, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }.joined()
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
  }

  private static let encodings = [
    secret,
    PercentEncoding.encode(secret),
    PercentEncoding.encode(secret).lowercased(),
    escaped(secret) { $0 == " " ? "+" : PercentEncoding.encode(String($0)) },
    JSONLiteral.string(secret).compactText.text,
    escaped(secret, json),
    escaped(secret) { $0 == "/" ? "\\/" : $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) },
    escaped(secret) { "&#\($0.value);" },
    escaped(secret) { "&#x" + String($0.value, radix: 16) + ";" },
    escaped(secret) {
      switch $0 {
      case "&": "&amp;"
      case "<": "&lt;"
      case "\"": "&quot;"
      case "'": "&#39;"
      default: String($0)
      }
    },
    secret.utf8.map { "=" + hexadecimal($0).uppercased() }.joined(),
    secret.utf8.map { "\\" + String($0 >> 6) + String($0 >> 3 & 7) + String($0 & 7) }.joined(),
    escaped(secret) { "\\u{" + String($0.value, radix: 16) + "}" },
    // More than once.
    PercentEncoding.encode(PercentEncoding.encode(secret)),
    JSONLiteral.string(JSONLiteral.string(secret).compactText.text).compactText.text,
  ]

  @Test(arguments: encodings)
  func `a secret is masked in every encoding`(encoded: String) {
    let masked = SecretMask([Bytes(Self.secret)]).masked("login=alice; word=\(encoded); end")
    #expect(masked.contains("***") || masked.contains("not shown"))
    #expect(!masked.contains("p") || masked.contains("not shown"), "\(masked)")
  }

  @Test func `a secret that a server puts into JSON without escaping is masked in the form that the parser returns`() {
    let mask = SecretMask([Bytes(#"pass\"word\\1\u0041"#)])
    #expect(mask.masked(#"login: pass"word\1A is wrong"#) == "login: *** is wrong")
  }

  @Test func `the text around a secret stays`() {
    let mask = SecretMask([Bytes("s3cret-word")])
    #expect(mask.masked("no user with s3cret-word here") == "no user with *** here")
    #expect(mask.masked("s3cret-words3cret-word") == "******")
    #expect(mask.masked("nothing to hide, 100% + \\ & <b>") == "nothing to hide, 100% + \\ & <b>")
    #expect(mask.masked("") == "")
    #expect(SecretMask([]).masked("s3cret-word") == "s3cret-word")
  }

  @Test(arguments: ["4:", "44:", "444:", ""], ["abcd", "s3cret~word?", "ü💛ÿÿ>>>"])
  func `a secret in Base64 is masked, wherever it begins`(prefix: String, secret: String) {
    let encoded = base64(Array((prefix + secret + "!").utf8))
    for text in [encoded, encoded.replacing("+", with: "-").replacing("/", with: "_")] {
      let masked = SecretMask([Bytes(secret)]).masked("Authorization: Basic \(text), or not")
      #expect(masked == "Authorization: Basic ***, or not")
    }
  }

  @Test(arguments: ["", " ", ":", "-"], ["abcd", "s3cret~word?", String(repeating: "ü💛", count: 50)])
  func `a secret in hexadecimal digits is masked, whole or cut off`(separator: String, secret: String) {
    let digits = secret.utf8.map(Self.hexadecimal)
    for shown in [digits, Array(digits.prefix(9)), digits.map { $0.uppercased() }] {
      let masked = SecretMask([Bytes(secret)]).masked("<Buffer \(shown.joined(separator: separator))> is wrong")
      #expect(masked == "<Buffer ***> is wrong")
    }
  }

  @Test func `when the end of a secret has another encoding, it is masked with the beginning`() {
    let mask = SecretMask([Bytes("abcdefghijklmnop+/=qr")])
    #expect(mask.masked("code abcdefghijklmnop%252B%252F%253Dqr is bad") == "code *** is bad")
    #expect(mask.masked("Basic \(base64(Array("x:abcdefghij".utf8)))…") == "Basic ***…")
  }

  private func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var text = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = (0..<3).map { start + $0 < bytes.count ? UInt32(bytes[start + $0]) : 0 }
      let bits = group[0] << 16 | group[1] << 8 | group[2]
      for place in 0..<4 {
        let isPadding = start + place > bytes.count
        text.append(isPadding ? "=" : digits[Int(bits >> (18 - 6 * UInt32(place)) & 63)])
      }
    }
    return text
  }

  @Test func `a short secret is masked where it is a word, and a long one where it is cut off`() {
    #expect(SecretMask([Bytes("4")]).masked("client_id 4 is not 44, HTTP 400") == "client_id *** is not 44, HTTP 400")
    let token = String(repeating: "abcdefgh", count: 16)
    let mask = SecretMask([Bytes(token)])
    #expect(mask.masked("token \(token.prefix(40))… is bad") == "token ***… is bad")
    #expect(mask.masked("token abcdefgh is bad") == "token abcdefgh is bad")
    // Sixteen bytes are enough to identify the secret.
    #expect(mask.masked("token \(token.prefix(15))… is bad") == "token abcdefghabcdefg… is bad")
    #expect(mask.masked("token \(token.prefix(16))… is bad") == "token ***… is bad")
    #expect(mask.masked("token \(token.dropFirst(8)) is bad") == "token *** is bad")
    let long = String(repeating: "pass-", count: 4000)
    #expect(SecretMask([Bytes(long)]).masked("the \(long) is long") == "the ***")
  }

  @Test func `values and keys of an object are masked, names of parameters are not`() throws {
    let text = #"{"password":"\"password\" is wrong","password1":["xpasswordx",5,1.5,true,null],"n":12345}"#
    let value = try JSONDocument(text).root
    let mask = SecretMask([Bytes("password"), Bytes("12345")])
    let shown = mask.masked(value, sparing: Parameters.allNames).compactText().text
    #expect(shown == #"{"password":"\"***\" is wrong","***1":["x***x",5,1.5,true,null],"n":"***"}"#)
  }

  @Test(arguments: RequestKind.allCases)
  func `no error shows a secret of its own request`(kind: RequestKind) {
    let secrets = ["p4ss-word", "access/token+1", "c0de 5"]
    let request = HTTPRequest(
      kind: kind,
      url: Bytes("https://x"),
      headers: HeaderList([Bytes("Authorization: Bearer \(secrets[1])")], next: HeaderList([Bytes("Accept: x")])),
      body: nil,
      secrets: [Bytes(secrets[0]), Bytes(secrets[2])]
    )
    let echo = secrets.joined(separator: "&") + secrets.map(PercentEncoding.encode).joined(separator: "&")
    let json = JSONLiteral.string(echo).compactText.text
    for (status, body) in [
      (400, #"{"error":{"login":\#(json),\#(json):"x"},"status":400}"#), (401, #"{"error":\#(json),"status":401}"#),
      (500, #"{"error":\#(json),"status":500}"#), (502, "<h1>\(echo)</h1>"), (200, "\(echo)"), (200, "{\"a\":\(echo)}"),
      (404, "{\"a\":\(echo)}"), (200, "{\"result\": \(echo)"),
    ] {
      let error: PeerIDError? = Bytes(body).withBytes { bytes in
        let answer = HTTPResponse(status: status, body: bytes, request: request)
        guard case .failure(let error) = Answer.response(of: .success(answer), to: kind) else { return nil }
        return error
      }
      guard let error else {
        Issue.record("no error for \(status) \(body)")
        continue
      }
      for secret in secrets + secrets.map(PercentEncoding.encode) {
        #expect(!error.message.contains(secret) && !(error.serverDetail ?? "").contains(secret), "\(error)")
      }
    }
  }
}
