@testable import PeerID

/// Secrets of a request that its answer repeats, unchanged or encoded: no error shows them.
enum MaskTarget {
  static func run(_ input: UnsafeRawBufferPointer) {
    var input = FuzzInput(input)
    let status = input.choice([400, 401, 500, 502])
    let encode = input.choice(encodings)
    let secret = Array(input.field())
    // A shorter one may occur in any text, also in the text of the error itself.
    guard secret.count >= 8, !secret.contains(0), String(validating: secret, as: UTF8.self) != nil else { return }
    let template = input.rest
    let encoded = encode(secret)
    let shown = error(status, template, secret, encoded)
    let plain = error(status, template, [], [])
    for hidden in [secret, encoded] where !contains(plain, hidden) {
      check(!contains(shown, hidden), "an error shows a secret: \(String(decoding: shown, as: UTF8.self))")
    }
  }

  /// The ways in which servers and proxies repeat what they were sent.
  private static let encodings: [@Sendable ([UInt8]) -> [UInt8]] = [
    { $0 },
    { Array(PercentEncoding.encode(String(decoding: $0, as: UTF8.self)).utf8) },
    { $0.flatMap { "%\($0 < 16 ? "0" : "")\(String($0, radix: 16))".utf8 } },
    {
      String(decoding: $0, as: UTF8.self).utf16.flatMap {
        "\\u\(String(UInt32($0) + 0x10000, radix: 16).dropFirst())".utf8
      }
    },
    { String(decoding: $0, as: UTF8.self).unicodeScalars.flatMap { "&#\($0.value);".utf8 } },
    { base64(Array("password=".utf8) + $0 + Array("&x".utf8)) },
    { base64(base64(Array("x:".utf8) + $0)) },
    { String(decoding: $0, as: UTF8.self).utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] } },
    { $0.flatMap { "\\x\(String(UInt32($0) + 0x100, radix: 16).dropFirst())".utf8 } },
    { Array("<Buffer".utf8) + $0.flatMap { " \(String(UInt32($0) + 0x100, radix: 16).dropFirst())".utf8 } + [0x3E] },
    { [0x5B] + $0.flatMap { "\($0),".utf8 } + [0x5D] },
    { [0x7B] + $0.enumerated().flatMap { "\"\($0)\":\($1),".utf8 } + [0x7D] },
    // A blank ends the last escape.
    { $0.flatMap { "\\\(String($0, radix: 8))".utf8 } + [0x20] },
    {
      String(decoding: $0, as: UTF8.self).unicodeScalars.flatMap { "&#x\(String($0.value, radix: 16))".utf8 } + [0x20]
    },
  ]

  /// All that an error shows of an answer: the template with `word` in place of each NUL.
  private static func error(
    _ status: Int,
    _ template: UnsafeRawBufferPointer,
    _ secret: [UInt8],
    _ word: [UInt8]
  ) -> [UInt8] {
    let body = template.flatMap { $0 == 0 ? word : [$0] }
    let request = HTTPRequest(
      kind: .refresh,
      url: Bytes("https://peerid.example"),
      headers: HeaderList([]),
      body: nil,
      secrets: secret.isEmpty ? [] : [secret.withUnsafeBytes { Bytes($0) }]
    )
    return body.withUnsafeBytes { bytes in
      let answer = HTTPResponse(status: status, body: bytes, request: request)
      guard case .failure(let error) = Answer.result(of: .success(answer), to: .refresh) else {
        fail("HTTP \(status) is a success")
      }
      AnswerTarget.checkError(error, status)
      return Array(error.message.utf8) + [0x0A] + Array((error.detailBytes?.text ?? "").utf8)
    }
  }

  private static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
    guard !part.isEmpty, part.count <= text.count else { return false }
    return (0...text.count - part.count).contains { text[$0..<($0 + part.count)].elementsEqual(part) }
  }

  private static func base64(_ bytes: [UInt8]) -> [UInt8] {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = Array(bytes[start..<min(start + 3, bytes.count)])
      let word = group.enumerated().reduce(0) { $0 | Int($1.element) << (16 - 8 * $1.offset) }
      for place in 0..<4 {
        text.append(place <= group.count ? digits[word >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
      }
    }
    return text
  }
}
