internal import CLinux

/// Masks the secrets of a request in the server's answer. Servers and proxies quote requests in their errors, and
/// errors are printed and logged.
///
/// Both the secrets and the answer are decoded repeatedly. A secret is masked if any of its decoded forms, or a large
/// part of it, appears in any decoded form of the answer. The letters and digits of a secret are enough, in upper or
/// lower case. A text with a secret that is too short to be masked is not shown.
struct SecretMask {
  /// The text that replaces a secret.
  static let replacement = "***"
  private static let notShown = "(not shown: it may contain a secret)"
  /// A shorter secret is not masked, because that would show where it is in words: the text is not shown.
  private static let shortest = 4
  /// A part of a secret is recognized by this many bytes, in text and in decoded bytes, from every `step` bytes on, up
  /// to the byte `lastPart`.
  private static let cutOff = (inText: 16, inBytes: 8)
  private static let (step, lastPart) = (8, 512)
  /// The maximum number of nested encodings that are removed.
  private static let maximumDepth = 6
  /// Of a long text, only the first `maximumRead` bytes are read. The last `end` of these are not shown, because a
  /// secret may begin there.
  private static let (maximumRead, end) = (16 * 1024, 512)
  /// The maximum number of bytes that are searched, in all decoded forms of all strings of an answer.
  private static let maximumSearched = 64 * maximumRead

  /// Each secret with all its decoded forms.
  private let forms: [Bytes]
  /// The letters and digits of each form. The other characters may be lost or damaged.
  private let letters: [Bytes]
  private let shortestForm: Int

  init(_ secrets: [Bytes]) {
    var forms: [Bytes] = []
    var letters: [Bytes] = []
    for secret in secrets.flatMap({ [$0] + Self.utf16($0) }) {
      var form = DecodedText(secret.raw)
      for _ in 0..<Self.maximumDepth {
        let lossy = form.without(.letters) ?? form
        if form.bytes.count > 0 { forms.append(form.bytes) }
        if lossy.bytes.count >= Self.shortest { letters.append(lossy.bytes) }
        guard let next = form.without(.escapes) else { break }
        form = next
      }
    }
    self.forms = forms
    self.letters = letters
    shortestForm = min((forms + letters).map { $0.count }.min() ?? 0, Self.cutOff.inBytes)
  }

  /// A secret in UTF-16 without the zero bytes, once for each byte order. Empty if the secret has only Latin-1
  /// characters.
  private static func utf16(_ secret: Bytes) -> [Bytes] {
    guard secret.raw.contains(where: { $0 > 0xC3 }) else { return [] }
    return [0, 8].map { (firstShift: UInt32) in
      Bytes(capacity: 2 * secret.count, wipes: true) { target in
        var count = 0
        func put(_ unit: UInt32) {
          for shift in [firstShift, 8 - firstShift] where unit >> shift & 0xFF != 0 {
            target[count] = UInt8(truncatingIfNeeded: unit >> shift)
            count += 1
          }
        }
        var scalar: UInt32 = 0
        for (index, byte) in secret.raw.enumerated() {
          let bits: UInt8 = byte < 0x80 ? 0x7F : byte < 0xC0 ? 0x3F : byte < 0xE0 ? 0x1F : byte < 0xF0 ? 0xF : 7
          scalar = (bits == 0x3F ? scalar << 6 : 0) | UInt32(byte & bits)
          if index + 1 < secret.count, secret.raw[index + 1] & 0xC0 == 0x80 { continue }
          if scalar > 0xFFFF { put(0xD7C0 + scalar >> 10) }
          put(scalar > 0xFFFF ? 0xDC00 | scalar & 0x3FF : scalar)
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

  /// The value without the secrets. The members of an object are masked separately, with their keys, except the keys in
  /// `names`: a secret may happen to equal the name of a parameter. Any other value that contains a secret becomes a
  /// string, and so does an object over whose members a secret is spread.
  func masked(_ value: JSONValue, sparing names: [String]) -> JSONValue {
    let text = value.compactText(wipes: true)
    let whole = self.masked(text)
    if Self.isSame(whole, text) { return value }
    var rest = Self.maximumSearched
    func masked(_ text: String) -> String { self.masked(Bytes(text, wipes: true), &rest).text }
    func shown(_ value: JSONValue) -> JSONLiteral {
      if let text = value.string { return .string(masked(text)) }
      let text = value.compactText(wipes: true)
      let shown = self.masked(text, &rest)
      return Self.isSame(shown, text) ? .value(value) : .string(shown.text)
    }
    if value.kind == .string { return shown(value).document.root }
    if value.kind == .object, text.count <= Self.maximumRead {
      let members = value.members.map { (names.contains($0) ? $0 : masked($0), shown($1)) }
      let object = JSONLiteral.object(members).document.root
      if !Self.isSame(object.compactText(wipes: true), text) { return object }
    }
    return JSONLiteral.string(whole.text).document.root
  }

  private static func isSame(_ text: Bytes, _ other: Bytes) -> Bool {
    text.withBytes { text in other.withBytes { text.isSame(as: $0) } }
  }

  // MARK: - Finding

  private struct Search {
    /// Whether each byte of the original text is part of a secret.
    var isHidden: [Bool]
    /// The number of bytes that may still be searched.
    var rest: Int
    /// The hashes of the strings that have been searched, by depth. Removing encodings in another order often gives the
    /// same string. One that was found at a greater depth is searched again, because its inner layers may not have been.
    var searched: [[Int]] = Array(repeating: [], count: maximumDepth + 1)
  }

  /// Hides the secrets in a text and in its decoded forms.
  private func find(in text: DecodedText, _ search: inout Search, depth: Int = 0) {
    let hash = text.hash
    if search.searched[...depth].contains(where: { $0.contains(hash) }) { return }
    search.searched[depth].append(hash)
    search.rest -= text.bytes.count
    if search.rest < 0 { return }
    for form in forms { hide(form, in: text, &search, withRest: text.isText) }
    if !letters.isEmpty {
      let lossy = text.without(.letters) ?? text
      for form in letters { hide(form, in: lossy, &search, withRest: false) }
    }
    guard depth < Self.maximumDepth else { return }
    for encoding in TextEncoding.layers {
      if let inner = text.without(encoding) { find(in: inner, &search, depth: depth + 1) }
    }
  }

  private func hide(_ secret: Bytes, in text: DecodedText, _ search: inout Search, withRest: Bool) {
    let bytes = text.bytes.raw
    guard let base = bytes.baseAddress else { return }
    let needed = min(secret.count, text.isText ? Self.cutOff.inText : Self.cutOff.inBytes)
    for part in stride(from: 0, through: min(secret.count - needed, Self.lastPart), by: Self.step) {
      var index = 0
      while let found = clinux_find(base + index, bytes.count - index, secret.address + part, needed) {
        if secret.count < Self.shortest {
          search.rest = -1
          return
        }
        var start = found - base
        // Where the secret begins and ends if all of it is there.
        let first = start - part
        let last = first + secret.count
        var end = start + needed
        while start > max(first, 0), bytes[start - 1] == secret.raw[start - 1 - first] { start -= 1 }
        while end < min(last, bytes.count), bytes[end] == secret.raw[end - first] { end += 1 }
        // Hide the rest of the secret as well, which may have another encoding.
        let isRest: (UInt8) -> Bool = { $0 == UInt8(ascii: "%") || TextEncoding.base64Value($0) != nil }
        if withRest, end < last { while end < bytes.count, isRest(bytes[end]) { end += 1 } }
        index = end
        for hidden in text.place(of: start..<end) { search.isHidden[hidden] = true }
      }
    }
  }
}
