import Testing

@testable import PeerID

/// Masking the secrets of a request that a server repeats in its answer.
@Suite struct SecretMaskTests {
  private static let secrets = [#"pä"ss /&+<%'🐢\9"#, "s3cret~word?", "Пароль", "%41&#65;\\u0041=41"]

  /// What is left of a text when a secret, which stands between two words, is masked.
  private func masked(_ secret: [UInt8], _ encoded: [UInt8], after prefix: [UInt8]) -> String {
    let mask = SecretMask([secret.withUnsafeBytes { Bytes($0) }])
    let text = Array("word=".utf8) + prefix + encoded + Array("; end".utf8)
    return mask.masked(text.withUnsafeBytes { Bytes($0) }).text
  }

  @Test(arguments: secrets, QuotedEncoding.all)
  func `a secret is masked in every encoding`(secret: String, encoding: QuotedEncoding) {
    for prefix in ["", "4:", "44:", "444:"] {
      // The prefix is encoded with the secret, as the user name in the header `Authorization`.
      let together = encoding.encode(Array((prefix + secret).utf8))
      let shown = masked(Array(secret.utf8), together, after: [])
      let isMasked = shown.hasPrefix("word=") && shown.contains("***") && shown.hasSuffix("; end")
      #expect(isMasked && shown.utf8.count <= encoding.encode(Array(prefix.utf8)).count + 32, "\(shown)")
    }
  }

  @Test(arguments: QuotedEncoding.lossy)
  func `a secret is masked when its characters are damaged`(encoding: QuotedEncoding) {
    let secret = Array("gehäim-pasßwort".utf8)
    for shown in [encoding.encode(secret), QuotedEncoding.base64(encoding.encode(secret))] {
      let masked = masked(secret, shown, after: [])
      #expect(masked.hasPrefix("word=") && masked.contains("***") && masked.utf8.count < 40, "\(masked)")
    }
  }

  @Test func `bytes that are no UTF-8 are masked`() {
    let secret = Array("geh".utf8) + [0xFF, 0xFE] + Array("eim".utf8)
    let escaped = Array(#"geh\xff\xfeeim"#.utf8)
    for shown in [secret, QuotedEncoding.base64(secret), Array("geh%FF%feeim".utf8), escaped] {
      #expect(masked(secret, shown, after: Array(" ".utf8)).hasPrefix("word= ***"))
    }
    #expect(SecretMask([secret.withUnsafeBytes { Bytes($0) }]).masked("geh\u{FFFD}\u{FFFD}eim") == "***")
  }

  @Test func `a text with too many layers of encoding is not shown, and the search in it is limited`() {
    var text = Array("s3cret-word and a text".utf8)
    for _ in 0..<5 { text = QuotedEncoding.base64(text) }
    #expect(!masked(Array("s3cret-word".utf8), text, after: []).contains("***") == false)
    let long = String(repeating: "%25252541=41&amp;\\u0041 676765 YWxpY2U6 1,2,3 ", count: 100_000)
    let shown = SecretMask([Bytes("s3cret-word")]).masked(long)
    #expect(shown.utf8.count < 20_000)
  }

  @Test func `a text that is found under many layers first is searched in full`() {
    let encoded = QuotedEncoding.base64(QuotedEncoding.base64(Array("x:erropasswor|".utf8)))
    let end = #" he\\"re"# + String(repeating: "\\", count: 19) + "}"
    let text = Array(#"eerror":"bad "#.utf8) + encoded + Array(end.utf8)
    let shown = SecretMask([Bytes("erropasswor|")]).masked(text.withUnsafeBytes { Bytes($0) }).text
    #expect(shown.contains("***"), "\(shown)")
  }

  @Test func `the limit of the search applies to all texts of an answer together`() {
    let text = #"%=3D410D0EI+\\52%3D5A2%252B4141=+3Dc2941\m431&#38;"#
    let value = JSONLiteral.object((0..<250).map { ("\($0)", .string(text)) }).document.root
    let shown = SecretMask([Bytes("s3cret-word")]).masked(value, sparing: []).members.map { $0.1.string ?? "" }
    #expect(shown.first == text)
    #expect(shown.last == "(not shown: it may contain a secret)")
  }

  @Test func `an ordinary page is shown`() {
    let page = String(
      repeating: "<p>Lorem ipsum dolor sit amet, 4 consectetur 0x12 &nbsp; adipiscing</p>\r\n",
      count: 300
    )
    let shown = SecretMask([Bytes("s3cret-word"), Bytes("pässwörter")]).masked(page)
    #expect(page.hasPrefix(shown) && shown.utf8.count > 15_000)
  }

  @Test func `a secret that a server puts into JSON without escaping is masked in the form that the parser returns`() {
    let mask = SecretMask([Bytes(#"pass\"word\\1\u0041"#)])
    #expect(mask.masked(#"login: pass"word\1A is wrong"#) == "login: *** is wrong")
  }

  @Test func `the text around a secret stays`() {
    let mask = SecretMask([Bytes("s3cret-word")])
    #expect(mask.masked("no user with s3cret-word here") == "no user with *** here")
    #expect(mask.masked("s3cret-words3cret-word") == "***")
    #expect(mask.masked("nothing to hide, 100% + \\ & <b>") == "nothing to hide, 100% + \\ & <b>")
    #expect(mask.masked("") == "")
    #expect(SecretMask([]).masked("s3cret-word") == "s3cret-word")
  }

  @Test(arguments: ["", " ", ":", "-"], ["abcd", "s3cret~word?", String(repeating: "ü💛", count: 50)])
  func `a secret in hexadecimal digits is masked, whole or cut off`(separator: String, secret: String) {
    let digits = secret.utf8.map { QuotedEncoding.digits(UInt32($0), 16, 2) }
    for shown in [digits, Array(digits.prefix(9)), digits.map { $0.uppercased() }] {
      let masked = SecretMask([Bytes(secret)]).masked("<Buffer \(shown.joined(separator: separator))> is wrong")
      #expect(masked == "<Buffer ***> is wrong")
    }
  }

  @Test func `when the end of a secret has another encoding, it is masked with the beginning`() {
    let mask = SecretMask([Bytes("abcdefghijklmnop+/=qr")])
    #expect(mask.masked("code abcdefghijklmnop%252B%252F%253Dqr is bad") == "code *** is bad")
    let beginning = String(decoding: QuotedEncoding.base64(Array("x:abcdefghij".utf8)), as: UTF8.self)
    #expect(mask.masked("Basic \(beginning)…") == "Basic eD***…")
  }

  @Test func `a secret that is encoded twice is masked in both places`() {
    let secret = Array("2222222.2~222222e".utf8)
    let encoded = QuotedEncoding.base64(QuotedEncoding.base64(Array("x:".utf8) + secret))
    let shown = masked(secret, encoded + encoded, after: Array("22k".utf8))
    #expect(shown.contains("***") && !shown.contains("1qSXlNakl5"), "\(shown)")
  }

  @Test(arguments: ["7", "q7", "k9Z", "ü", "üß"])
  func `a text that contains a very short secret is not shown`(secret: String) {
    let mask = SecretMask([Bytes(secret)])
    for encoding in QuotedEncoding.all where secret.count > 1 || !encoding.description.hasPrefix("Base64") {
      let text = Array("no user ".utf8) + encoding.encode(Array("alice:\(secret)".utf8)) + Array(" here".utf8)
      let shown = mask.masked(text.withUnsafeBytes { Bytes($0) }).text
      #expect(shown == "(not shown: it may contain a secret)", "\(encoding) \(shown)")
    }
    #expect(mask.masked("no such user") == "no such user")
  }

  @Test func `a long secret is masked where it is cut off`() {
    let token = String(repeating: "abcdefgh", count: 16)
    let mask = SecretMask([Bytes(token)])
    #expect(mask.masked("token \(token.prefix(40))… is bad") == "token ***… is bad")
    #expect(mask.masked("token abcdefgh is bad") == "token abcdefgh is bad")
    // Sixteen bytes are enough to identify the secret.
    #expect(mask.masked("token \(token.prefix(15))… is bad") == "token abcdefghabcdefg… is bad")
    #expect(mask.masked("token \(token.prefix(16))… is bad") == "token ***… is bad")
    #expect(mask.masked("token \(token.dropFirst(8)) is bad") == "token *** is bad")
    let varied = (0..<40).map { "\($0 * 37 % 100)" }.joined()
    for (first, last) in [(30, 54), (1, 24), (5, 60)] {
      let part = varied.dropFirst(first).prefix(last - first)
      #expect(SecretMask([Bytes(varied)]).masked("token …\(part)… is bad") == "token …***… is bad")
    }
    let long = String(repeating: "pass-", count: 4000)
    #expect(SecretMask([Bytes(long)]).masked("the \(long) is long") == "the ***")
    // Where the text is cut off, a secret may begin.
    let cut = String(repeating: ".", count: 16 * 1024 - 3) + "abcdefgh"
    #expect(SecretMask([Bytes("abcdefgh")]).masked(cut).allSatisfy { $0 == "." })
  }

  @Test func `values and keys of an object are masked, names of parameters are not`() throws {
    let text = #"{"password":"\"password\" is wrong","password1":["xpasswordx",5,1.5,true,null],"list":[1],"n":12345}"#
    let value = try JSONDocument(text).root
    let mask = SecretMask([Bytes("password"), Bytes("12345")])
    let shown = mask.masked(value, sparing: Parameters.allNames).compactText().text
    let expected = #"{"password":"\"***\" is wrong","***1":"[\"x***x\",5,1.5,true,null]","list":[1],"n":"***"}"#
    #expect(shown == expected)
  }

  @Test func `a secret that is spread over the members of an object is masked`() throws {
    let bytes = "s3cret".utf8.enumerated().map { "\"\($0)\":\($1)" }.joined(separator: ",")
    let shown = SecretMask([Bytes("s3cret")]).masked(try JSONDocument("{\(bytes)}").root, sparing: [])
    #expect(shown.compactText().text == #""{\"0\":***}""#)
    let buffer = try JSONDocument(#"{"password":{"type":"Buffer","data":[115,51,99,114,101,116]}}"#).root
    let list = SecretMask([Bytes("s3cret")]).masked(buffer, sparing: ["password"]).compactText().text
    #expect(list == #"{"password":"{\"type\":\"Buffer\",\"data\":[***]}"}"#)
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
