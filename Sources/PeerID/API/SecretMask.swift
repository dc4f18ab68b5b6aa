internal import CLinux

/// Masks the secrets of a request in the server's answer to it. Servers and proxies quote requests in their errors, and
/// errors are printed and logged.
///
/// A secret is found in plain text, in percent or form encoding, with JSON escapes, as HTML entities, in any mixture of
/// these, if it is cut off after at least 16 bytes, and by its first 8 bytes inside Base64 and in hexadecimal digits.
struct SecretMask {
  /// The text that replaces a secret.
  static let replacement = "***"
  private static let notShown = "(not shown: it repeats a secret of the request)"
  /// A shorter secret is masked only if it is a separate word.
  private static let shortest = 4
  /// How many of its first bytes identify a secret that is cut off.
  private static let cutOff = 16
  /// This many bytes at the beginning of a secret are searched for in Base64 and in hexadecimal digits.
  private static let encodedBytes = 8
  /// How many bytes of a secret are compared; text after a longer secret is not shown.
  private static let compared = 256
  /// How many layers of encoding are searched.
  private static let encodings = 3

  private let secrets: [Bytes]
  /// How the secrets begin in Base64, for each of the three offsets at which they may, and in hexadecimal digits.
  private let encoded: [Bytes]

  init(_ secrets: [Bytes]) {
    self.secrets = (secrets + secrets.compactMap(Self.unescaped)).filter { $0.count > 0 }
    encoded = self.secrets.filter { $0.count >= Self.shortest }.flatMap { secret in
      let beginning = Bytes(UnsafeRawBufferPointer(rebasing: secret.raw.prefix(Self.encodedBytes)), wipes: true)
      return Base64.inner(beginning) + Hexadecimal.forms(of: beginning)
    }
  }

  /// A secret that contains backslashes, as a JSON parser reads it if the server did not escape them.
  private static func unescaped(_ secret: Bytes) -> Bytes? {
    guard secret.raw.contains(UInt8(ascii: "\\")) else { return nil }
    return Bytes.joining("\"", secret.raw, "\"", wipes: true).withBytes { quoted in
      var scanner = JSONScanner(quoted)
      guard let text = try? scanner.string(), scanner.position == quoted.count else { return nil }
      return scanner.copy(of: text, wipes: true)
    }
  }

  var isEmpty: Bool { secrets.isEmpty }

  /// The text without the secrets.
  func masked(_ text: String) -> String {
    isEmpty ? text : masked(Bytes(text, wipes: true)).text
  }

  /// The text without the secrets, cut to a length that no message exceeds.
  func masked(_ text: Bytes) -> Bytes {
    if isEmpty { return text }
    return text.withBytes { bytes in
      var shown = replaced(bytes)
      if repeatsSecret(shown) { shown = Array(Self.notShown.utf8) }
      return shown.withUnsafeBytes { Bytes($0) }
    }
  }

  /// The value with every text in it masked. Keys are masked unless they are names of parameters, which a secret may
  /// equal.
  func masked(_ value: JSONValue, sparing names: [String]) -> JSONValue {
    isEmpty ? value : literal(value, names).document.root
  }

  private func literal(_ value: JSONValue, _ names: [String]) -> JSONLiteral {
    switch value.kind {
    case .string: .string(masked(value.string ?? ""))
    case .array: .array(value.elements.map { literal($0, names) })
    case .object:
      .object(value.members.map { (names.contains($0) ? $0 : masked($0), literal($1, names)) })
    case .integer, .real: isSecretNumber(value) ? .string(Self.replacement) : .value(value)
    case .boolean, .null: .value(value)
    }
  }

  private func isSecretNumber(_ value: JSONValue) -> Bool {
    let digits = value.compactText()
    return secrets.contains { $0.count == digits.count && memcmp($0.address, digits.address, digits.count) == 0 }
  }

  // MARK: - Finding

  private func replaced(_ text: UnsafeRawBufferPointer) -> [UInt8] {
    var shown: [UInt8] = []
    var index = 0
    while index < min(text.count, ServerText.maximumRead) {
      if let end = secrets.lazy.compactMap({ self.end(of: $0, in: text, from: index) }).first {
        shown += Self.replacement.utf8
        index = end
      } else if let code = encoded.first(where: { begins(text, index, with: $0) }) {
        while let last = shown.last, Base64.isDigit(last) { shown.removeLast() }
        index = endOfRun(text, index + code.count, separator: code.raw[2])
        shown += Self.replacement.utf8
      } else {
        shown.append(text[index])
        index += 1
      }
    }
    return shown
  }

  /// The end of the digits from `start` on. Hexadecimal ones may have a separator, which is the third byte of the secret
  /// then.
  private func endOfRun(_ text: UnsafeRawBufferPointer, _ start: Int, separator: UInt8) -> Int {
    var index = start
    while index < text.count {
      if Base64.isDigit(text[index]) {
        index += 1
      } else if text[index] == separator, index + 2 < text.count, Hexadecimal.isDigit(text[index + 1]),
        Hexadecimal.isDigit(text[index + 2])
      {
        index += 3
      } else {
        break
      }
    }
    return index
  }

  private func begins(_ text: UnsafeRawBufferPointer, _ start: Int, with part: Bytes) -> Bool {
    guard let base = text.baseAddress, text.count - start >= part.count else { return false }
    return memcmp(base + start, part.address, part.count) == 0
  }

  /// The end of a secret that begins at `start`; `nil` if there is none. Each byte may be plain or escaped; if both are
  /// possible, the escape is tried first.
  private func end(of secret: Bytes, in text: UnsafeRawBufferPointer, from start: Int) -> Int? {
    let length = min(secret.count, Self.compared)
    var read = 0
    var index = start
    var other: [(read: Int, index: Int)] = []
    var longest = (read: 0, index: start)
    var steps = 0
    while true {
      if read > longest.read { longest = (read, index) }
      if read == length { break }
      let isLiteral = index < text.count && text[index] == secret.raw[read]
      if index < text.count, let escape = CharacterEscape.read(text, at: index),
        secret.raw[read..<secret.count].starts(with: escape.bytes)
      {
        if isLiteral { other.append((read + 1, index + 1)) }
        read += escape.bytes.count
        index += escape.length
      } else if isLiteral {
        read += 1
        index += 1
      } else if let next = other.popLast(), steps < 4 * Self.compared {
        (read, index) = next
      } else {
        break
      }
      steps += 1
    }
    if longest.read < length {
      guard longest.read >= Self.cutOff else { return nil }
      // The rest may be encoded otherwise.
      return endOfRun(text, longest.index, separator: UInt8(ascii: "%"))
    }
    if secret.count > length { return text.count }
    return secret.count >= Self.shortest || isWord(text, start..<longest.index) ? longest.index : nil
  }

  private func isWord(_ text: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
    func isPart(_ index: Int) -> Bool {
      guard text.indices.contains(index) else { return false }
      return Base64.isDigit(text[index]) || text[index] >= 0x80
    }
    return !isPart(range.lowerBound - 1) && !isPart(range.upperBound)
  }

  /// Whether the text holds a secret that is encoded more than once, in up to `depth` further layers.
  private func repeatsSecret(_ text: [UInt8], depth: Int = encodings - 1) -> Bool {
    guard depth > 0 else { return false }
    return CharacterEscape.allCases.contains { escape in
      let decoded = text.withUnsafeBytes(escape.decode)
      if decoded.count == text.count { return false }
      return decoded.withUnsafeBytes(replaced) != decoded || repeatsSecret(decoded, depth: depth - 1)
    }
  }
}

/// What masking needs of Base64.
enum Base64 {
  private static let digits: [[UInt8]] = [
    Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8),
    Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8),
  ]

  static func isDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "-"),
      UInt8(ascii: "_"), UInt8(ascii: "="):
      true
    default: false
    }
  }

  /// The Base64 digits that depend only on `secret`, for each of the three positions in a group of three bytes and for
  /// both alphabets.
  static func inner(_ secret: Bytes) -> [Bytes] {
    (0..<3).flatMap { offset in digits.map { inner(secret, offset, $0) } }
  }

  private static func inner(_ secret: Bytes, _ offset: Int, _ digits: [UInt8]) -> Bytes {
    let firstBit = (offset * 8 + 5) / 6 * 6
    let count = (offset * 8 + secret.count * 8 - firstBit) / 6
    return Bytes(capacity: count, wipes: true) { target in
      for index in 0..<count {
        let bit = firstBit + index * 6 - offset * 8
        let high = UInt16(secret.raw[bit / 8]) << 8
        let low = bit / 8 + 1 < secret.count ? UInt16(secret.raw[bit / 8 + 1]) : 0
        target[index] = digits[Int((high | low) >> (10 - bit % 8) & 0x3F)]
      }
      return count
    }
  }
}
