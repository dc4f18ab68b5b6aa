internal import CLinux

/// A file descriptor that the child of a fork must close: a connection, a lock, or an eventfd.
///
/// The child closes its copies in the fork handler, before it can reuse their numbers. Otherwise the child could later
/// close one of its own files that has the number of a descriptor of the parent.
struct OwnedDescriptor: Sendable {
  let number: Int32
  /// A unique id. The system reuses the numbers of descriptors.
  let id: UInt64

  private final class Table: @unchecked Sendable {
    /// `innermost`, because descriptors are opened while the event loop's lock is held.
    let lock = Lock.innermost
    var numbers: [UInt64: Int32] = [:]
    var lastID: UInt64 = 0
  }

  private static let table = Table()

  /// Creates the table now. Otherwise, if the process forked while another thread created the table, a lock would stay
  /// held in the child.
  static func prepare() {
    _ = table
  }

  /// Opens a descriptor and adds it to the table without a fork in between. Returns `nil` if `body` returns a negative
  /// number; `errno` then has the reason.
  static func open(_ body: () -> Int32) -> OwnedDescriptor? {
    var failure: Int32 = 0
    let opened = openSeveral {
      let number = clinux_above_streams(body())
      failure = errno
      return number < 0 ? [] : [number]
    }.first
    errno = failure
    return opened
  }

  /// Opens several descriptors and adds them to the table without a fork in between.
  static func openSeveral(_ body: () -> [Int32]) -> [OwnedDescriptor] {
    table.lock.withLock {
      body().map { number in
        table.lastID += 1
        table.numbers[table.lastID] = number
        return OwnedDescriptor(number: number, id: table.lastID)
      }
    }
  }

  /// Whether this process has the descriptor of this id open; `false` in a child for a descriptor of its parent.
  static func isOpen(_ id: UInt64) -> Bool { table.lock.withLock { table.numbers[id] != nil } }

  /// Closes the descriptor, unless the fork handler has already closed it in this child.
  func close() { Self.close(id) }

  /// Closes the descriptor with this id, unless the fork handler has already closed it in this child.
  static func close(_ id: UInt64) {
    table.lock.withLock {
      if let number = table.numbers.removeValue(forKey: id) { _ = CLinux.close(number) }
    }
  }

  /// Removes the descriptor from the table, but leaves it open: libcurl closes it.
  func forget() {
    Self.table.lock.withLock { Self.table.numbers[id] = nil }
  }

  /// Called in the child of a fork, whose only thread holds all locks of the library.
  static func closeInChild() {
    for number in table.numbers.values { _ = CLinux.close(number) }
    table.numbers = [:]
  }
}
