internal import CLinux

/// Collects the body of an answer. The memory is kept for the next answer.
struct ResponseBuffer: ~Copyable {
  private var storage: UnsafeMutableRawPointer?
  private var capacity = 0
  private(set) var count = 0

  /// The largest buffer that is kept, so that one large answer does not occupy memory forever.
  private static let keptCapacity = 256 * 1024
  private static let firstCapacity = 4096

  init() {}

  deinit {
    free(storage)
  }

  /// The body without a byte order mark, which is no part of JSON but is written by some proxies.
  var body: UnsafeRawBufferPointer {
    let bytes = UnsafeRawBufferPointer(start: storage, count: count)
    return bytes.begins(with: "\u{FEFF}") ? UnsafeRawBufferPointer(rebasing: bytes.dropFirst(3)) : bytes
  }

  /// Appends received bytes; returns whether there was memory for them.
  ///
  /// If the buffer has to grow, it grows to `expected` bytes at once, the length of the whole body.
  mutating func append(_ source: UnsafeRawPointer, count added: Int, expected: @autoclosure () -> Int = 0) -> Bool {
    let (needed, overflow) = count.addingReportingOverflow(added)
    guard !overflow else { return false }
    if needed > capacity, !grow(to: max(needed, expected())) { return false }
    storage?.advanced(by: count).copyMemory(from: source, byteCount: added)
    count = needed
    return true
  }

  /// Empties the buffer. If `wiping` is set, its bytes are overwritten.
  mutating func reset(wiping: Bool) {
    if let storage, wiping { explicit_bzero(storage, count) }
    count = 0
    if capacity > Self.keptCapacity {
      free(storage)
      storage = nil
      capacity = 0
    }
  }

  /// Does not use `realloc`, which could leave a token in freed memory: copies the bytes and wipes the old ones.
  private mutating func grow(to needed: Int) -> Bool {
    let doubled = capacity.multipliedReportingOverflow(by: 2)
    let wanted = max(needed, doubled.overflow ? needed : doubled.partialValue, Self.firstCapacity)
    guard let larger = malloc(wanted) else { return false }
    if let storage {
      larger.copyMemory(from: storage, byteCount: count)
      explicit_bzero(storage, count)
      free(storage)
    }
    storage = larger
    capacity = wanted
    return true
  }
}
