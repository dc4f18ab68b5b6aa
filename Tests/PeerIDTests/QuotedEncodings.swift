@testable import PeerID

/// The ways in which servers, frameworks and proxies write what they quote.
struct QuotedEncoding: CustomStringConvertible, Sendable {
  let description: String
  let encode: @Sendable ([UInt8]) -> [UInt8]

  private init(_ description: String, _ encode: @escaping @Sendable ([UInt8]) -> [UInt8]) {
    (self.description, self.encode) = (description, encode)
  }

  /// Encodes each character.
  private static func ofCharacters(_ name: String, _ encode: @escaping @Sendable (Unicode.Scalar) -> String) -> Self {
    Self(name) { Array(String(decoding: $0, as: UTF8.self).unicodeScalars.map(encode).joined().utf8) }
  }

  /// Encodes each byte.
  private static func ofBytes(
    _ name: String,
    separator: String = "",
    _ encode: @escaping @Sendable (UInt8) -> String
  ) -> Self {
    Self(name) { Array($0.map(encode).joined(separator: separator).utf8) }
  }

  private func then(_ outer: Self) -> Self {
    Self("\(description), then \(outer.description)") { outer.encode(encode($0)) }
  }

  static func digits(_ value: UInt32, _ radix: Int, _ count: Int) -> String {
    let digits = String(value, radix: radix)
    return String(repeating: "0", count: max(count - digits.count, 0)) + digits
  }

  private static func utf16(_ scalar: Unicode.Scalar, _ write: (UInt32) -> String) -> String {
    String(scalar).utf16.map { write(UInt32($0)) }.joined()
  }

  private static let plain = Self("plain text") { $0 }
  private static let inBlanks = Self("between blanks") { [0x20] + $0 + [0x20] }
  private static let json = Self("JSON") {
    Array(JSONLiteral.string(String(decoding: $0, as: UTF8.self)).compactText.text.utf8.dropFirst().dropLast())
  }
  private static let percent = Self("percent encoding") {
    Array(PercentEncoding.encode(String(decoding: $0, as: UTF8.self)).utf8)
  }
  private static let percentOfAll = ofBytes("percent encoding of every byte") { "%" + digits(UInt32($0), 16, 2) }
  static let base64 = Self("Base64") { base64($0) }
  private static let base64OfURL = Self("Base64 for URLs, without padding") { bytes in
    base64(bytes).filter { $0 != UInt8(ascii: "=") }.map { digit in
      switch digit {
      case UInt8(ascii: "+"): UInt8(ascii: "-")
      case UInt8(ascii: "/"): UInt8(ascii: "_")
      default: digit
      }
    }
  }
  private static let base64InLines = Self("Base64 in lines, as in mail") { bytes in
    Array(base64(bytes).enumerated().map { ($0 % 12 == 11 ? [$1, 13, 10] : [$1]) }.joined())
  }
  private static let hexadecimal = ofBytes("hexadecimal digits") { digits(UInt32($0), 16, 2) }
  private static let littleEndian = utf16("UTF-16, little end first") { [UInt8($0 & 255), UInt8($0 >> 8)] }

  private static func utf16(_ name: String, _ bytes: @escaping @Sendable (UInt16) -> [UInt8]) -> Self {
    Self(name) { String(decoding: $0, as: UTF8.self).utf16.flatMap(bytes) }
  }

  /// All of them keep every character.
  static let all: [Self] = [
    plain, json, percent, percentOfAll, base64, base64OfURL, base64InLines, hexadecimal, littleEndian,
    utf16("UTF-16, big end first") { [UInt8($0 >> 8), UInt8($0 & 255)] },
    ofCharacters("a form") { $0 == " " ? "+" : PercentEncoding.encode(String($0)) },
    ofCharacters("escape of JavaScript") {
      $0.value < 0x100 ? "%" + digits($0.value, 16, 2) : utf16($0) { "%u" + digits($0, 16, 4) }
    },
    ofCharacters("JSON, with every character escaped") { utf16($0) { "\\u" + digits($0, 16, 4) } },
    ofCharacters("JSON of PHP") {
      $0 == "/"
        ? "\\/" : $0 == "\"" || $0 == "\\" ? "\\\($0)" : $0.isASCII ? "\($0)" : utf16($0) { "\\u" + digits($0, 16, 4) }
    },
    ofCharacters("JavaScript's code points") { "\\u{" + digits($0.value, 16, 1) + "}" },
    ofCharacters("ascii() of Python") {
      switch $0.value {
      case 0x27, 0x5C: "\\\($0)"
      case ..<0x80: "\($0)"
      case ..<0x100: "\\x" + digits($0.value, 16, 2)
      case ..<0x10000: "\\u" + digits($0.value, 16, 4)
      default: "\\U" + digits($0.value, 16, 8)
      }
    },
    ofBytes("repr() of Python's bytes") {
      $0 == 0x27 || $0 == 0x5C
        ? "\\\(Unicode.Scalar($0))"
        : $0 < 0x80 ? "\(Unicode.Scalar($0))" : "\\x" + digits(UInt32($0), 16, 2)
    },
    ofBytes("nginx's log") {
      $0 == 0x22 || $0 == 0x5C || $0 >= 0x80 ? "\\x" + digits(UInt32($0), 16, 2).uppercased() : "\(Unicode.Scalar($0))"
    },
    ofBytes("octal escapes") { "\\" + digits(UInt32($0), 8, 3) },
    Self("octal escapes, as short as possible") { bytes in
      Array(bytes.map { "\\" + String($0, radix: 8) }.joined().utf8)
    },
    ofCharacters("Data::Dumper of Perl") { "\\x{" + digits($0.value, 16, 1) + "}" },
    ofCharacters("HTML, decimal, with zeroes") { "&#" + digits($0.value, 10, 12) + ";" },
    ofCharacters("HTML, decimal, not closed") { "&#\($0.value)" }.then(inBlanks),
    ofCharacters("HTML, hexadecimal, not closed") { "&#x" + digits($0.value, 16, 1) }.then(inBlanks),
    ofCharacters("HTML, decimal") { "&#\($0.value);" },
    ofCharacters("HTML, hexadecimal") { "&#x" + digits($0.value, 16, 1) + ";" },
    ofCharacters("HTML") {
      ["&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;", "'": "&#39;"][$0] ?? String($0)
    },
    ofCharacters("SQL and CSV") { $0 == "'" || $0 == "\"" ? "\($0)\($0)" : "\($0)" },
    ofBytes("quoted-printable") { "=" + digits(UInt32($0), 16, 2).uppercased() },
    Self("quoted-printable in lines") { bytes in
      bytes.flatMap { Array(("=" + digits(UInt32($0), 16, 2).uppercased() + "=\r\n").utf8) }
    },
    Self("UTF-8 read as Latin-1") { bytes in
      Array(String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) })).utf8)
    },
    ofBytes("hexadecimal digits in mixed case") { digits(UInt32($0), 16, 2).uppercased().replacing("F", with: "f") },
    ofBytes("a buffer of Node", separator: " ") { digits(UInt32($0), 16, 2) },
    ofBytes("hexadecimal digits with colons", separator: ":") { digits(UInt32($0), 16, 2) },
    ofBytes("an array of C", separator: ", ") { "0x" + digits(UInt32($0), 16, 2) },
    Self("xxd") { bytes in
      Array(bytes.enumerated().map { ($0 % 2 == 1 ? "" : " ") + digits(UInt32($1), 16, 2) }.joined().utf8)
    },
    ofBytes("an array of Go", separator: " ") { "\($0)" },
    ofBytes("a buffer as JSON", separator: ",") { "\($0)" },
    ofBytes("an array of Java", separator: ", ") { "\(Int8(bitPattern: $0))" },
    Self("a Uint8Array as JSON") { Array($0.enumerated().map { "\"\($0)\":\($1)" }.joined(separator: ",").utf8) },
    Self("a string of Erlang") {
      Array(String(decoding: $0, as: UTF8.self).unicodeScalars.map { "\($0.value)" }.joined(separator: ",").utf8)
    },
    Self("Base64 in lines of HTML") { bytes in
      Array(base64(bytes).enumerated().map { ($0 % 8 == 7 ? [$1] + Array("<br>".utf8) : [$1]) }.joined())
    },
    // More than once.
    percent.then(percent), json.then(json).then(json), percent.then(json), json.then(percent), base64.then(base64),
    base64OfURL.then(base64).then(percent), base64.then(hexadecimal), hexadecimal.then(base64), percent.then(base64),
    littleEndian.then(base64), littleEndian.then(hexadecimal), json.then(base64).then(json),
    base64InLines.then(json), percentOfAll.then(percent).then(percent),
  ]

  /// In these, characters get lost or take other forms.
  static let lossy: [Self] = [
    ofCharacters("Latin-1 read as UTF-8") { $0.isASCII ? String($0) : "\u{FFFD}" },
    ofCharacters("ASCII with question marks") { $0.isASCII ? String($0) : "?" },
    ofCharacters("ASCII without the others") { $0.isASCII ? String($0) : "" },
    ofCharacters("names of HTML") { $0.isASCII ? String($0) : "&auml;" },
    ofCharacters("ASCII with underscores") { $0.isASCII ? String($0) : "_" },
    ofCharacters("UTF-7") { $0.isASCII ? String($0) : "+AOQ-" },
    ofCharacters("upper case") { $0.isASCII ? String($0).uppercased() : String($0) },
    ofCharacters("a list of characters") { "'\($0)', " },
    ofCharacters("parts of HTML") { $0 == "-" ? "<b>-</b>" : "\($0)" },
    ofCharacters("characters in colors") { "\u{1B}[1;31m\($0)\u{1B}[0m" },
    ofCharacters("lines with blanks") { $0 == "-" ? "-\r\n  " : "\($0)" },
    Self("Latin-1") { bytes in
      String(decoding: bytes, as: UTF8.self).unicodeScalars.map { $0.value < 0x100 ? UInt8($0.value) : 0x1A }
    },
  ]

  static func base64(_ bytes: [UInt8]) -> [UInt8] {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = (0..<3).map { start + $0 < bytes.count ? UInt32(bytes[start + $0]) : 0 }
      let bits = group[0] << 16 | group[1] << 8 | group[2]
      for place in 0..<4 {
        let isPadding = start + place > bytes.count
        text.append(isPadding ? UInt8(ascii: "=") : digits[Int(bits >> (18 - 6 * UInt32(place)) & 63)])
      }
    }
    return text
  }
}
