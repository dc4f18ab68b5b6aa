import Glibc
import Testing

@testable import PeerID

/// The files of a directory store, without a server.
@Suite struct StoreFilesTests {
  /// A token pair, its stored text, and the directory that contains it.
  private struct Stored {
    let folder = StoreTests.Folder()
    let store: SessionStore
    let key = "k"

    init() throws {
      store = try .directory(folder.path)
      let place = place
      let isSaved = try place.withLock(timeoutMilliseconds: 0) { (lock) throws(PeerIDError) in
        try place.save(Self.token, expected: 0, lock)
      }
      #expect(isSaved)
    }

    static let token = Token(
      accessToken: Bytes(String(repeating: "a", count: 124)),
      refreshToken: Bytes(String(repeating: "r", count: 124)),
      scope: nil,
      expiresAtMilliseconds: 1_700_000_000_000
    )

    var place: StorePlace { StorePlace(store: store, key: key, statistics: Statistics()) }

    func path(_ suffix: String) throws -> String { try #require(folder.file(suffix)) }
  }

  // MARK: Paths

  @Test(arguments: [
    ("/a", "/a"), ("/a/", "/a"), ("/a///", "/a"), ("/", "/"), ("///", "/"), ("a", "/data/a"), ("a/b/", "/data/a/b"),
    ("./a", "/data/./a"), ("..", "/data/.."), ("ä/", "/data/ä"),
  ])
  func `a path becomes absolute`(path: String, resolved: String) throws {
    #expect(try StorePath.resolve(path) { () throws(PeerIDError) in "/data" } == resolved)
  }

  @Test(arguments: ["", "a\0b", "\0"])
  func `a path that no directory can have is refused`(path: String) {
    let error = failure { () throws(PeerIDError) in try SessionStore.directory(path) }
    #expect(error?.code == .invalidArgument)
  }

  @Test(arguments: [("/a/b", "/a"), ("/a", "/"), ("/", "/"), ("/a/./b", "/a/.")])
  func `the parent of a directory`(path: String, parent: String) {
    #expect(StorePath.parent(path) == parent)
  }

  /// In quadratic time this would take days.
  @Test(.timeLimit(.minutes(20)), arguments: ["", "x", "/x"])
  func `a path of ten million slashes is read once`(end: String) {
    let path = String(repeating: "/", count: 10_000_000) + end
    #expect(failure { () throws(PeerIDError) in try SessionStore.directory(path) }?.code == .store)
  }

  @Test(.timeLimit(.minutes(20))) func `a path that ends with ten million slashes is read once`() {
    let path = "/x" + String(repeating: "/", count: 10_000_000)
    #expect((try? StorePath.resolve(path) { () throws(PeerIDError) in "/" }) == "/x")
  }

  // MARK: Owners and kinds

  @Test(
    arguments: [
      (S_IFDIR | 0o700, 7, nil), (S_IFDIR | 0o500, 7, nil), (S_IFDIR | 0o750, 7, "chmod 700"),
      (S_IFDIR | 0o701, 7, "chmod 700"), (S_IFDIR | 0o700, 8, "uid 8"), (S_IFDIR | 0o700, 0, "uid 0"),
      (S_IFREG | 0o700, 7, "not a directory"), (S_IFIFO | 0o700, 7, "not a directory"),
    ] as [(mode_t, uid_t, String?)]
  )
  func `a directory is used by its owner alone`(mode: mode_t, owner: uid_t, problem: String?) {
    let found = StoreDirectory.problem(of: mode, owner: owner, user: 7)
    #expect(problem.map { found?.contains($0) == true } ?? (found == nil))
    // root is refused too: files that it creates lock the owner out.
    #expect(StoreDirectory.problem(of: S_IFDIR | 0o700, owner: 7, user: 0)?.contains("uid 7") == true)
  }

  @Test(arguments: [(0, 0, true), (7, 7, true), (0, 7, true), (7, 0, false)] as [(uid_t, uid_t, Bool)])
  func `root creates no directory for another user`(parent: uid_t, user: uid_t, isAllowed: Bool) {
    #expect((StoreDirectory.problem(ofNewDirectoryIn: parent, user: user) == nil) == isAllowed)
  }

  @Test(
    arguments: [
      (S_IFREG, 7, true), (S_IFREG, 8, false), (S_IFREG, 0, false), (S_IFIFO, 7, false), (S_IFCHR, 7, false),
      (S_IFBLK, 7, false), (S_IFDIR, 7, false), (S_IFSOCK, 7, false), (S_IFLNK, 7, false),
    ] as [(mode_t, uid_t, Bool)]
  )
  func `a file must be a regular file of its user`(kind: mode_t, owner: uid_t, isGood: Bool) {
    #expect((StoreFile.problem(of: kind | 0o600, owner: owner, user: 7) == nil) == isGood)
  }

  enum Intruder: String, CaseIterable {
    case pipe, socket, directory, link, danglingLink

    func take(_ path: String) {
      unlink(path)
      switch self {
      case .pipe: mkfifo(path, 0o600)
      case .directory: mkdir(path, 0o700)
      case .link: symlink("/dev/null", path)
      case .danglingLink: symlink("/nowhere", path)
      case .socket: mknod(path, S_IFSOCK | 0o600, 0)
      }
    }
  }

  /// A pipe without a writer would block the test forever.
  @Test(.timeLimit(.minutes(20)), arguments: Intruder.allCases, [".session", ".lock", ".new"])
  func `a path that is not a regular file is an error that names it, at once`(intruder: Intruder, suffix: String) throws
  {
    let stored = try Stored()
    let place = stored.place
    let path = try stored.path(".lock").replacing(".lock", with: suffix)
    intruder.take(path)
    defer { rmdir(path) }
    let error = failure { () throws(PeerIDError) in
      try place.withLock(timeoutMilliseconds: 0) { (lock) throws(PeerIDError) in
        _ = try place.load(lock)
        try place.reserve(lock)
      }
    }
    #expect(error?.code == .store && error?.message.contains("\(path)") == true)
    if suffix == ".session" {
      #expect(failure { () throws(PeerIDError) in try stored.store.keys() }?.message.contains(path) == true)
    }
  }

  @Test(arguments: [0, 1, 1 << 20])
  func `a file is read up to a megabyte`(size: Int) throws {
    let folder = StoreTests.Folder()
    let path = folder.path + "/file"
    let text = Bytes(String(repeating: "x", count: size))
    try StoreFile.write(text, to: path)
    #expect(try StoreFile.read(path)?.text.count == size)
    try StoreFile.write(Bytes(text.text + "x"), to: path)
    if size == 1 << 20 {
      #expect(failure { () throws(PeerIDError) in try StoreFile.read(path) }?.message.contains("too large") == true)
    } else {
      #expect(try StoreFile.read(path)?.text.count == size + 1)
    }
  }

  // MARK: Reservation

  @Test func `space is reserved once, used by the next save, and released`() throws {
    let stored = try Stored()
    for _ in 0..<3 { try stored.place.reserve(0) }
    let new = try stored.path(".new")
    var status = stat()
    #expect(stat(new, &status) == 0 && status.st_size == 64 << 10 && status.st_mode & 0o777 == 0o600)
    #expect(status.st_blocks * 512 >= 64 << 10)
    let (reserved, next) = (status.st_ino, Stored.token.asGeneration(2))
    #expect(try stored.place.save(next, expected: 1, 0))
    #expect(stat(try stored.path(".session"), &status) == 0 && status.st_ino == reserved && status.st_size < 2048)
    #expect(stored.folder.file(".new") == nil)
    #expect(try stored.place.load()?.generation == 2)
    // Only the lock file remains of a removed session.
    try stored.place.reserve(0)
    try stored.store.backend.remove(stored.key, 0)
    #expect(stored.folder.names.allSatisfy { $0.hasSuffix(".lock") })
  }

  @Test func `space that was reserved and not used is free when the lock is released`() throws {
    let stored = try Stored()
    let place = stored.place
    for isRejected in [true, false] {
      let error = failure { () throws(PeerIDError) in
        try place.withLock(timeoutMilliseconds: 0) { (lock) throws(PeerIDError) in
          try place.reserve(lock)
          #expect(stored.folder.file(".new") != nil)
          if isRejected { throw PeerIDError(.rejected, "the password is wrong") }
        }
      }
      #expect((error != nil) == isRejected)
      #expect(stored.folder.file(".new") == nil)
    }
  }

  // MARK: Damage

  @Test func `every damaged bit and every cut is detected`() throws {
    let good = StoredSessionFormat.write(Stored.token, key: "k").bytes
    let text = Array(good.raw)
    func isRead(_ bytes: [UInt8]) -> Bool {
      bytes.withUnsafeBytes { raw in (try? StoredSessionFormat.read(Bytes(raw))) != nil }
    }
    #expect(isRead(text))
    var accepted: [String] = []
    for index in text.indices {
      for bit in 0..<8 {
        var damaged = text
        damaged[index] ^= 1 << bit
        if isRead(damaged) { accepted.append("bit \(bit) of byte \(index)") }
      }
      if isRead(Array(text[..<index])) { accepted.append("cut to \(index) bytes") }
      if isRead(Array(text[..<index]) + text[(index + 1)...]) { accepted.append("without byte \(index)") }
      if isRead(Array(text[..<index]) + [0x20] + text[index...]) { accepted.append("blank before byte \(index)") }
    }
    for suffix in [" ", "\n", "}", "\0"] where isRead(text + Array(suffix.utf8)) { accepted.append("end \(suffix)") }
    #expect(accepted == [])
  }

  @Test func `a file under the name of another key is not used as its session`() throws {
    let stored = try Stored()
    let other = StorePlace(store: stored.store, key: "other", statistics: Statistics())
    _ = try stored.store.backend.lock("other", 0)
    let path = try #require(stored.folder.names.first { $0.hasPrefix("other") }).replacing(".lock", with: ".session")
    link(try stored.path(".session"), "\(stored.folder.path)/\(path)")
    #expect(failure { () throws(PeerIDError) in try other.load() }?.message.contains("another key") == true)
  }

  // MARK: Keys

  @Test(arguments: ["memory", "directory"])
  func `keys that look alike are two keys`(kind: String) throws {
    let folder = StoreTests.Folder()
    let store = kind == "memory" ? SessionStore.memory() : try SessionStore.directory(folder.path)
    let keys = ["caf\u{E9}", "cafe\u{301}", "K", "\u{212A}", "\u{1100}\u{1161}", "\u{AC00}"]
    for (index, key) in keys.enumerated() {
      let place = StorePlace(store: store, key: key, statistics: Statistics())
      #expect(try place.load() == nil)
      let lock = try store.backend.lock(key, 0)
      for other in keys where StoreKey(other) != StoreKey(key) {
        store.backend.unlock(other, try store.backend.lock(other, 0))
      }
      #expect(try place.save(Stored.token.asGeneration(UInt64(index + 1)), expected: 0, lock))
      store.backend.unlock(key, lock)
    }
    for (index, key) in keys.enumerated() {
      #expect(try StorePlace(store: store, key: key, statistics: Statistics()).load()?.generation == UInt64(index + 1))
    }
    #expect(Set(try store.keys().map { Array($0.utf8) }) == Set(keys.map { Array($0.utf8) }))
    try store.remove(key: keys[0])
    #expect(try StorePlace(store: store, key: keys[1], statistics: Statistics()).load() != nil)
  }
}
