import Glibc
@testable import PeerID

/// Files of a directory store: a damaged or foreign one is an error that names it, and is never replaced.
enum StoreFileTarget {
  private static let key = "alice"
  private static let folder: String = {
    var template = Array("/dev/shm/peerid-fuzz-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { fail("no folder for the store can be created") }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }()

  private static let store: SessionStore = {
    do { return try SessionStore.directory(folder) } catch { fail("no store: \(error)") }
  }()

  /// The name of the file that the store uses for the key.
  private static let file: String = {
    let token = Token(accessToken: Bytes("a"), refreshToken: nil, scope: nil, expiresAtMilliseconds: nil)
    let session = StoredSessionFormat.write(token, key: key)
    guard (try? store.backend.save(key, session, 0, 0)) == true, let entries = opendir(folder) else {
      fail("the store does not save")
    }
    defer { closedir(entries) }
    while let entry = readdir(entries) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name.hasSuffix(".session") { return "\(folder)/\(name)" }
    }
    fail("the store has no file")
  }()

  static func run(_ input: UnsafeRawBufferPointer) {
    var input = FuzzInput(input)
    let content = input.choice([true, false]) ? StoredSessionTarget.withChecksum(input.rest) : Bytes(input.rest)
    let descriptor = open(file, O_WRONLY | O_TRUNC | O_CREAT | O_CLOEXEC, 0o600)
    check(write(descriptor, content.address, content.count) == content.count, "the file cannot be written")
    close(descriptor)
    do {
      guard let stored = try store.backend.load(key, 0) else { fail("a session is not found") }
      check(stored.data == content.text, "the store changes what it contains")
      TokenTarget.checkWritten(try StoredSessionFormat.read(stored, key: key))
    } catch {
      check(error.message.contains(file), "the error does not name the file: \(error.message)")
      let token = Token(accessToken: Bytes("b"), refreshToken: nil, scope: nil, expiresAtMilliseconds: nil)
      let session = StoredSessionFormat.write(token, key: key)
      check((try? store.backend.save(key, session, 0, 0)) != true, "a damaged session is replaced")
    }
  }
}
