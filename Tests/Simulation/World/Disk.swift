import Glibc

/// The files of a machine: what its processes see, and what would remain after a power failure.
final class Disk {
  final class File {
    var bytes: [UInt8] = []
    /// The content that survives a power failure.
    var synced: [UInt8] = []
    var hasReservedSpace = false
    /// When it was renamed, in milliseconds of the wall clock.
    var changedAt: Int64 = 0
    /// The descriptor that holds the lock on the file.
    var lockedBy: Int32?
  }

  private struct Opened {
    /// `nil` for a directory.
    let file: File?
    let process: SimulatedProcess
    let path: String
    var offset = 0
  }

  private static let firstDescriptor: Int32 = 1_000_000

  private unowned let world: World
  private(set) var entries: [String: File] = [:]
  private var durableEntries: [String: File] = [:]
  /// Changes of the directory since it was last synced.
  private var entryChanges: [(path: String, file: File?)] = []
  private var opened: [Int32: Opened] = [:]
  private var lastDescriptor = Disk.firstDescriptor
  /// The time until which the disk is full.
  var fullUntil = Int64.min

  init(_ world: World) {
    self.world = world
  }

  /// The session that exists at the start.
  func put(_ path: String, _ bytes: [UInt8]) {
    let file = File()
    file.bytes = bytes
    file.synced = bytes
    entries[path] = file
    durableEntries[path] = file
  }

  /// The content of the files with this ending.
  func contents(suffix: String) -> [(path: String, bytes: [UInt8])] {
    entries.filter { $0.key.hasSuffix(suffix) }.map { ($0.key, $0.value.bytes) }
  }

  /// Restores a file from a backup.
  func restore(_ path: String, _ bytes: [UInt8]) {
    let file = File()
    file.bytes = bytes
    file.synced = bytes
    change(path, file)
    syncEntries()
  }

  // MARK: - System calls

  /// Whether a process holds a lock.
  func isLocked(by process: SimulatedProcess?) -> Bool {
    opened.contains { $0.value.process === process && $0.value.file?.lockedBy == $0.key }
  }

  /// Whether a file is used by one process only. Only the holder of the lock writes a new file;
  /// a file that has become a session does not change any more.
  private func isPrivate(_ path: String) -> Bool {
    if path.hasSuffix(".new") { return !isFull }
    return !path.hasSuffix(".session") && !isLocked(by: world.process)
  }

  private func isPrivate(_ descriptor: Int32) -> Bool { opened[descriptor].map { isPrivate($0.path) } ?? true }

  func open(_ path: String, _ flags: Int32) -> Int32 {
    guard world.filePoint(nil, isPrivate: isPrivate(path)) else { return fail(EIO) }
    var file: File?
    if flags & O_DIRECTORY == 0 {
      file = entries[path]
      world.note([file == nil ? 0 : 1])
      if file == nil {
        guard flags & O_CREAT != 0 else { return fail(ENOENT) }
        if isFull { return fail(ENOSPC) }
        let made = File()
        file = made
        change(path, made)
      }
    }
    guard let process = world.process else { return fail(EBADF) }
    lastDescriptor += 1
    opened[lastDescriptor] = Opened(file: file, process: process, path: path)
    return lastDescriptor
  }

  func close(_ descriptor: Int32) -> Int32 {
    guard let closed = opened.removeValue(forKey: descriptor) else { return 0 }
    if closed.file?.lockedBy == descriptor {
      closed.file?.lockedBy = nil
      world.tell { "unlocked" }
    }
    return 0
  }

  func read(_ descriptor: Int32, _ target: UnsafeMutablePointer<UInt8>?, _ count: Int) -> Int {
    guard world.filePoint(nil, isPrivate: !isLocked(by: world.process)), let target,
      let file = opened[descriptor]?.file, let offset = opened[descriptor]?.offset
    else { return Int(fail(EIO)) }
    let part = file.bytes.dropFirst(offset).prefix(count)
    UnsafeMutableBufferPointer(start: target, count: count).update(fromContentsOf: part)
    opened[descriptor]?.offset += part.count
    world.note(part)
    return part.count
  }

  func write(_ descriptor: Int32, _ source: UnsafeBufferPointer<UInt8>) -> Int {
    guard world.filePoint(.diskError, isPrivate: isPrivate(descriptor)), let file = opened[descriptor]?.file,
      let offset = opened[descriptor]?.offset
    else { return Int(fail(EIO)) }
    if isFull, !file.hasReservedSpace { return Int(fail(ENOSPC)) }
    // A write may be cut short, and the process may die before it writes the rest.
    let count = source.count > 1 && world.choices.variation(in: 4) ? source.count / 2 : source.count
    file.bytes.replaceSubrange(
      min(offset, file.bytes.count)..<min(offset + count, file.bytes.count),
      with: source.prefix(count)
    )
    opened[descriptor]?.offset += count
    return count
  }

  func truncate(_ descriptor: Int32, _ size: Int) -> Int32 {
    guard world.filePoint(nil, isPrivate: isPrivate(descriptor)), let file = opened[descriptor]?.file else {
      return fail(EIO)
    }
    file.bytes = Array(file.bytes.prefix(size))
    return 0
  }

  func sync(_ descriptor: Int32) -> Int32 {
    guard world.filePoint(.diskError, isPrivate: isPrivate(descriptor)), let found = opened[descriptor] else {
      return fail(EIO)
    }
    if let file = found.file { file.synced = file.bytes } else { syncEntries() }
    return 0
  }

  func reserve(_ descriptor: Int32) -> Int32 {
    guard world.filePoint(nil, isPrivate: isPrivate(descriptor)), let file = opened[descriptor]?.file else {
      return EIO
    }
    if isFull, !file.hasReservedSpace { return ENOSPC }
    file.hasReservedSpace = true
    return 0
  }

  func lock(_ descriptor: Int32) -> Int32 {
    guard world.filePoint(nil), let file = opened[descriptor]?.file else { return fail(EIO) }
    if file.lockedBy == nil || file.lockedBy == descriptor {
      file.lockedBy = descriptor
      world.note([1])
      world.tell { "locked" }
      return 0
    }
    world.note([0])
    return fail(EWOULDBLOCK)
  }

  func rename(_ old: String, _ new: String) -> Int32 {
    guard world.filePoint(.diskError) else { return fail(EIO) }
    guard let file = entries[old] else { return fail(ENOENT) }
    world.rememberBackup(new)
    change(old, nil)
    file.changedAt = Clock.wallMilliseconds()
    change(new, file)
    world.replacedStored()
    return 0
  }

  func unlink(_ path: String) -> Int32 {
    guard world.filePoint(nil) else { return fail(EIO) }
    guard entries[path] != nil else { return fail(ENOENT) }
    change(path, nil)
    return 0
  }

  func file(_ descriptor: Int32) -> File? { opened[descriptor]?.file }

  // MARK: - Ends

  /// The kernel closes the open files of a process.
  func closeAll(of process: SimulatedProcess) {
    for (descriptor, found) in opened where found.process === process { _ = close(descriptor) }
  }

  /// Changes that were not synced are complete, missing or partial.
  func losePower() {
    var left = durableEntries
    for (path, file) in entryChanges.prefix(world.choices.pick(entryChanges.count + 1)) { left[path] = file }
    for path in left.keys.sorted() {
      guard let file = left[path], file.bytes != file.synced else { continue }
      switch world.choices.pick(3) {
      case 0: file.bytes = file.synced
      case 1: file.bytes = Array(file.bytes.prefix(file.bytes.count / 2))
      default: break
      }
      file.synced = file.bytes
    }
    entries = left
    syncEntries()
  }

  /// Whether space is reserved for a file that will become a session.
  var hasReservedSpace: Bool { entries.contains { $0.key.hasSuffix(".new") && $0.value.hasReservedSpace } }

  var isFull: Bool { world.now < fullUntil }

  private func change(_ path: String, _ file: File?) {
    entries[path] = file
    entryChanges.append((path, file))
  }

  private func syncEntries() {
    durableEntries = entries
    entryChanges = []
  }

  private func fail(_ code: Int32) -> Int32 {
    errno = code
    return -1
  }

  func hash(into hasher: inout Hasher) {
    for path in entries.keys.sorted() {
      guard let file = entries[path] else { continue }
      hasher.combine(path)
      hasher.combine(file.bytes)
      hasher.combine(file.synced == file.bytes)
      hasher.combine(file.lockedBy.flatMap { opened[$0]?.process.id })
    }
    hasher.combine(entryChanges.count)
  }
}
