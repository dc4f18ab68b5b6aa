@testable import PeerID

/// Stored sessions: any damage is detected.
enum StoredSessionTarget {
  static func run(_ input: UnsafeRawBufferPointer) {
    var input = FuzzInput(input)
    switch input.choice([Kind.foreign, .checksummed, .damaged]) {
    case .foreign: read(Bytes(input.rest))
    case .checksummed: read(withChecksum(input.rest))
    case .damaged: readDamaged(input.rest)
    }
  }

  private enum Kind {
    /// Any text.
    case foreign
    /// Any object, with the right checksum.
    case checksummed
    /// A session with changed bytes: each three bytes of the input are a position and the new byte.
    case damaged
  }

  private static func read(_ text: Bytes) {
    do {
      let (token, key) = try StoredSessionFormat.read(text)
      TokenTarget.checkWritten(token)
      let again = try StoredSessionFormat.read(StoredSessionFormat.write(token, key: key).bytes)
      check(StoreKey(again.key) == StoreKey(key), "the key of a session changes")
    } catch {
      check(error.code == .store, "a damaged session is another error: \(error)")
    }
  }

  /// The object with a checksum in place of its last brace.
  static func withChecksum(_ object: UnsafeRawBufferPointer) -> Bytes {
    let body = UnsafeRawBufferPointer(rebasing: object.dropLast())
    let tail = ",\"sha256\":\"\(SHA256.hexDigest(body))\"}"
    return (Array(body) + Array(tail.utf8)).withUnsafeBytes { Bytes($0) }
  }

  private static let whole = StoredSessionFormat.write(
    Token(
      accessToken: Bytes("anAccessToken"),
      refreshToken: Bytes("aRefreshToken"),
      scope: Scope([0, 5]),
      expiresAtMilliseconds: 1_900_000_000_000,
      applicationID: 4,
      userID: 1,
      generation: 7
    ),
    key: "alice"
  ).bytes

  private static func readDamaged(_ changes: UnsafeRawBufferPointer) {
    var text = Array(whole.raw)
    for place in stride(from: 0, to: changes.count - 2, by: 3) {
      text[(Int(changes[place]) << 8 | Int(changes[place + 1])) % text.count] = changes[place + 2]
    }
    if changes.count % 3 == 1, let last = changes.last { text.removeLast(min(Int(last), text.count)) }
    let isDamaged = !text.elementsEqual(whole.raw)
    let isRead = (try? StoredSessionFormat.read(text.withUnsafeBytes { Bytes($0) })) != nil
    check(isRead != isDamaged, "a damaged session is read, or a valid one is not")
  }
}
