internal import CLinux

/// A descriptor that no child of a fork may keep: a connection, a lock, a wake-up.
///
/// A child closes its copies in the fork handler, before it can use their numbers for files of its own. So a child
/// never closes a descriptor of its parent by its number later.
struct OwnedDescriptor: Sendable {
  let number: Int32
  /// Unique, unlike the number, which the system uses again.
  let id: UInt64

  private final class Table: @unchecked Sendable {
    /// Descriptors are opened while the event loop's lock is held.
    let lock = Lock.innermost
    var numbers: [UInt64: Int32] = [:]
    var lastID: UInt64 = 0
  }

  private static let table = Table()

  /// Makes the table now, so that no fork can happen while another thread is making it.
  static func prepare() {
    _ = table
  }

  /// Opens and remembers in one step, so that no fork comes between; `nil` when `body` returns a negative number, with
  /// the reason in `errno`.
  static func open(_ body: () -> Int32) -> OwnedDescriptor? {
    var failure: Int32 = 0
    let opened = openSeveral {
      let number = body()
      failure = errno
      return number < 0 ? [] : [number]
    }.first
    errno = failure
    return opened
  }

  /// The same for any number of descriptors.
  static func openSeveral(_ body: () -> [Int32]) -> [OwnedDescriptor] {
    table.lock.withLock {
      body().map { number in
        table.lastID += 1
        table.numbers[table.lastID] = number
        return OwnedDescriptor(number: number, id: table.lastID)
      }
    }
  }

  /// Whether this process has it open: false in a child for what the parent has opened.
  var isOpen: Bool { Self.table.lock.withLock { Self.table.numbers[id] != nil } }

  /// Closes it, unless it was the parent's and is closed already.
  func close() { Self.close(id) }

  /// Closes the descriptor of this id, unless it was the parent's and is closed already.
  static func close(_ id: UInt64) {
    table.lock.withLock {
      if let number = table.numbers.removeValue(forKey: id) { _ = CLinux.close(number) }
    }
  }

  /// Forgets it without closing it: libcurl closes it.
  func forget() {
    Self.table.lock.withLock { Self.table.numbers[id] = nil }
  }

  /// Called in the child of a fork, whose only thread holds all locks of the library.
  static func closeInChild() {
    for number in table.numbers.values { _ = CLinux.close(number) }
    table.numbers = [:]
  }
}
