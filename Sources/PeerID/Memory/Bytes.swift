internal import CLinux

/// An immutable, NUL-terminated array of bytes at a fixed address.
///
/// C callers and libcurl can use the address, and secrets can be wiped. A Swift `String` or `Array` cannot be wiped,
/// because its storage moves and is copied.
package final class Bytes: @unchecked Sendable {
  /// The address of the first of `count` bytes, which a NUL follows.
  package let address: UnsafePointer<UInt8>
  /// The number of bytes without the closing NUL.
  package let count: Int
  private let wipes: Bool

  /// Creates an array of at most `capacity` bytes. `fill` writes the bytes and returns their number.
  ///
  /// If `wipes` is set, the bytes are overwritten before the memory is freed.
  package convenience init(
    capacity: Int,
    wipes: Bool = false,
    filledBy fill: (UnsafeMutableBufferPointer<UInt8>) -> Int
  ) {
    self.init(.allocate(capacity: capacity + 1), capacity, wipes: wipes, fill)
  }

  /// Creates an array of a size that a caller or the server determines; `nil` if there is not enough memory.
  convenience init?(largeCapacity capacity: Int, filledBy fill: (UnsafeMutableBufferPointer<UInt8>) -> Int) {
    // `malloc`, because Swift frees this memory with `free`.
    guard let storage = malloc(capacity + 1) else { return nil }
    self.init(storage.bindMemory(to: UInt8.self, capacity: capacity + 1), capacity, wipes: false, fill)
  }

  /// Whether there is memory for all that is made of a text while it is read. Swift would end the process.
  static func hasMemory(toRead text: UnsafeRawBufferPointer) -> Bool {
    text.count <= 64 << 10 || Bytes(largeCapacity: 8 * text.count) { _ in 0 } != nil
  }

  private init(
    _ storage: UnsafeMutablePointer<UInt8>,
    _ capacity: Int,
    wipes: Bool,
    _ fill: (UnsafeMutableBufferPointer<UInt8>) -> Int
  ) {
    let written = min(max(fill(UnsafeMutableBufferPointer(start: storage, count: capacity)), 0), capacity)
    storage[written] = 0
    address = UnsafePointer(storage)
    count = written
    self.wipes = wipes
  }

  /// Copies `source`.
  package convenience init(_ source: UnsafeRawBufferPointer, wipes: Bool = false) {
    self.init(capacity: source.count, wipes: wipes) { target in
      UnsafeMutableRawBufferPointer(target).copyMemory(from: source)
      return source.count
    }
  }

  /// Copies the UTF-8 of `text`.
  package convenience init(_ text: String, wipes: Bool = false) {
    let utf8 = text.utf8
    self.init(capacity: utf8.count, wipes: wipes) { target in
      _ = target.initialize(fromContentsOf: utf8)
      return utf8.count
    }
  }

  /// Joins a prefix, some bytes and a suffix.
  static func joining(
    _ head: StaticString,
    _ middle: UnsafeRawBufferPointer,
    _ tail: StaticString = "",
    wipes: Bool = false
  ) -> Bytes {
    let count = head.utf8CodeUnitCount + middle.count + tail.utf8CodeUnitCount
    return Bytes(capacity: count, wipes: wipes) { target in
      let raw = UnsafeMutableRawBufferPointer(target)
      raw.copyMemory(from: UnsafeRawBufferPointer(start: head.utf8Start, count: head.utf8CodeUnitCount))
      UnsafeMutableRawBufferPointer(rebasing: raw[head.utf8CodeUnitCount...]).copyMemory(from: middle)
      UnsafeMutableRawBufferPointer(rebasing: raw[(count - tail.utf8CodeUnitCount)...])
        .copyMemory(from: UnsafeRawBufferPointer(start: tail.utf8Start, count: tail.utf8CodeUnitCount))
      return count
    }
  }

  deinit {
    let storage = UnsafeMutablePointer(mutating: address)
    if wipes { explicit_bzero(storage, count) }
    storage.deallocate()
  }

  /// Passes the bytes to `body`, and keeps this object alive until it returns.
  package func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    return try body(raw)
  }

  /// The bytes, valid as long as this object.
  package var raw: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: address, count: count) }

  /// The bytes as a NUL-terminated C string, valid as long as this object.
  package var cString: UnsafePointer<CChar> { UnsafeRawPointer(address).assumingMemoryBound(to: CChar.self) }

  /// Whether `part` occurs in the bytes.
  func contains(_ part: StaticString) -> Bool { index(of: part) != nil }

  /// The first position of `part` in the bytes.
  func index(of part: StaticString) -> Int? {
    clinux_find(address, count, part.utf8Start, part.utf8CodeUnitCount).map { $0 - UnsafeRawPointer(address) }
  }

  /// The bytes as text. Invalid UTF-8 is replaced by U+FFFD.
  package var text: String { String(utf8: raw) }
}
