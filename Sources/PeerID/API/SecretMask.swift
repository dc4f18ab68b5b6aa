internal import CLinux

/// Masks the secrets of a request in the server's answer. Servers and proxies quote requests in their errors, and
/// errors are printed and logged.
///
/// Both the secrets and the answer are decoded repeatedly. A secret is masked if any of its decoded forms appears in
/// any decoded form of the answer, even if the secret is truncated.
struct SecretMask {
  /// The text that replaces a secret.
  static let replacement = "***"
  private static let notShown = "(not shown: it is encoded too often)"
  /// A shorter secret is masked only if it is a separate word.
  private static let shortest = 4
  /// A truncated secret is recognized by this many of its first bytes, in text and in decoded bytes.
  private static let cutOff = (inText: 16, inBytes: 8)
  /// The maximum number of nested encodings that are removed.
  private static let maximumDepth = 6
  /// Of a long text, only the first `maximumRead` bytes are read. The last `end` of these are not shown, because a
  /// secret may begin there.
  private static let (maximumRead, end) = (16 * 1024, 512)
  /// The maximum number of bytes that are searched, in all decoded forms of all strings of an answer.
  private static let maximumSearched = 64 * maximumRead

  /// Each secret with all its decoded forms.
  private let forms: [Bytes]
  /// Secrets with non-ASCII characters, without these: they may be lost or damaged.
  private let ascii: [Bytes]
  private let shortestForm: Int

  init(_ secrets: [Bytes]) {
    var forms: [Bytes] = []
    var ascii: [Bytes] = []
    for secret in secrets.flatMap({ [$0] + Self.utf16($0) }) {
      var form = DecodedText(secret.raw)
      for _ in 0..<Self.maximumDepth {
        if form.bytes.count > 0 { forms.append(form.bytes) }
        if let lossy = form.without(.ascii), lossy.bytes.count >= Self.shortest { ascii.append(lossy.bytes) }
        guard let next = form.without(.escapes) else { break }
        form = next
      }
    }
    self.forms = forms
    self.ascii = ascii
    shortestForm = min((forms + ascii).map { $0.count }.min() ?? 0, Self.cutOff.inBytes)
  }

  /// A secret in UTF-16 without the zero bytes, once for each byte order. Empty if the secret has only Latin-1
  /// characters.
  private static func utf16(_ secret: Bytes) -> [Bytes] {
    guard secret.raw.contains(where: { $0 > 0xC3 }) else { return [] }
    return [[0, 8], [8, 0]].map { shifts in
      Bytes(capacity: 2 * secret.count, wipes: true) { target in
        var count = 0
        _ = transcode(secret.raw.makeIterator(), from: UTF8.self, to: UTF16.self, stoppingOnError: false) { unit in
          for shift in shifts where unit >> shift & 0xFF != 0 {
            target[count] = UInt8(truncatingIfNeeded: unit >> shift)
            count += 1
          }
        }
        return count
      }
    }
  }

  var isEmpty: Bool { forms.isEmpty }

  /// The text without the secrets.
  func masked(_ text: String) -> String {
    isEmpty ? text : masked(Bytes(text, wipes: true)).text
  }

  /// The text without the secrets, cut to a length that no message exceeds.
  func masked(_ text: Bytes) -> Bytes {
    var rest = Self.maximumSearched
    return masked(text, &rest)
  }

  /// As above; `rest` is the number of bytes that may still be searched.
  private func masked(_ text: Bytes, _ rest: inout Int) -> Bytes {
    if isEmpty || text.count < shortestForm { return text }
    let read = UnsafeRawBufferPointer(rebasing: text.raw.prefix(Self.maximumRead))
    var search = Search(isHidden: Array(repeating: false, count: read.count), rest: rest)
    find(in: DecodedText(read), &search)
    rest = search.rest
    if rest < 0 { return Bytes(Self.notShown) }
    var shown: [UInt8] = []
    for index in 0..<(text.count > read.count ? read.count - Self.end : read.count) {
      if !search.isHidden[index] {
        shown.append(read[index])
      } else if index == 0 || !search.isHidden[index - 1] {
        shown += Self.replacement.utf8
      }
    }
    return shown.withUnsafeBytes { Bytes($0) }
  }

  /// The value with every string in it masked. Keys are masked, too, except those in `names`: a secret may happen to
  /// equal the name of a parameter. A large value becomes a string.
  func masked(_ value: JSONValue, sparing names: [String]) -> JSONValue {
    if isEmpty { return value }
    let text = value.compactText(wipes: true)
    let isLarge = text.count > Self.maximumRead && value.kind != .string
    var rest = Self.maximumSearched
    return (isLarge ? .string(masked(text).text) : literal(value, names, &rest)).document.root
  }

  private func literal(_ value: JSONValue, _ names: [String], _ rest: inout Int) -> JSONLiteral {
    func masked(_ text: String) -> String { self.masked(Bytes(text, wipes: true), &rest).text }
    switch value.kind {
    case .string: return .string(masked(value.string ?? ""))
    case .array: return .array(value.elements.map { literal($0, names, &rest) })
    case .object:
      return .object(value.members.map { (names.contains($0) ? $0 : masked($0), literal($1, names, &rest)) })
    case .integer, .real:
      let number = value.compactText().text
      let shown = masked(number)
      return shown == number ? .value(value) : .string(shown)
    case .boolean, .null: return .value(value)
    }
  }

  // MARK: - Finding

  private struct Search {
    /// Whether each byte of the original text is part of a secret.
    var isHidden: [Bool]
    /// The number of bytes that may still be searched.
    var rest: Int
    /// The hashes of the strings that have been searched. Removing encodings in another order often gives the same
    /// string.
    var searched: [Int] = []
  }

  /// Hides the secrets in a text and in its decoded forms.
  private func find(in text: DecodedText, _ search: inout Search, depth: Int = 0) {
    let hash = text.hash
    if search.searched.contains(hash) { return }
    search.searched.append(hash)
    search.rest -= text.bytes.count
    if search.rest < 0 { return }
    for form in forms { hide(form, in: text, &search) }
    if !ascii.isEmpty {
      let lossy = text.without(.ascii) ?? text
      for form in ascii { hide(form, in: lossy, &search) }
    }
    guard depth < Self.maximumDepth else { return }
    for encoding in TextEncoding.layers {
      if let inner = text.without(encoding) { find(in: inner, &search, depth: depth + 1) }
    }
  }

  private func hide(_ secret: Bytes, in text: DecodedText, _ search: inout Search) {
    let bytes = text.bytes.raw
    let needed = min(secret.count, text.isText ? Self.cutOff.inText : Self.cutOff.inBytes)
    guard let base = bytes.baseAddress, text.isText || needed >= Self.shortest else { return }
    var index = 0
    while let found = clinux_find(base + index, bytes.count - index, secret.address, needed) {
      let start = found - base
      var end = start + needed
      while end < bytes.count, end - start < secret.count, bytes[end] == secret.raw[end - start] { end += 1 }
      // Hide the rest of the secret as well, which may have another encoding.
      let isRest: (UInt8) -> Bool = { $0 == UInt8(ascii: "%") || TextEncoding.base64Value($0) != nil }
      if end - start < secret.count { while end < bytes.count, isRest(bytes[end]) { end += 1 } }
      index = end
      if secret.count < Self.shortest {
        let isPart = start > 0 && isPartOfWord(bytes[start - 1]) || end < bytes.count && isPartOfWord(bytes[end])
        if isPart { continue }
      }
      for hidden in text.place(of: start..<end) { search.isHidden[hidden] = true }
    }
  }

  private func isPartOfWord(_ byte: UInt8) -> Bool { byte >= 0x80 || TextEncoding.base64Value(byte) != nil }
}
