internal import CCurl
internal import CLinux

/// A multi handle of libcurl, and the descriptors that libcurl opens for it by itself.
///
/// libcurl 7.88 opens a pair of sockets to wake a thread that waits, and another one for each name it looks up, and
/// lets both be inherited by programs that the process starts. It does not report their numbers, so they are searched
/// for.
final class MultiHandle {
  let handle: UnsafeMutableRawPointer
  /// Lives as long as the connections, which libcurl keeps here.
  let sockets = SocketTable()
  private let wakeUps: [OwnedDescriptor]

  /// How many closed numbers in a row end the search. The system uses the lowest free number, so a new descriptor is
  /// close to the open ones.
  private static let longestGap = 256

  /// Makes a handle; `nil` when memory or descriptors have run out: libcurl returns a handle without a wake-up then,
  /// which would sleep through cancellations.
  init?() {
    var made: UnsafeMutableRawPointer?
    // No fork comes between opening the descriptors and marking them.
    wakeUps = OwnedDescriptor.openSeveral {
      guard let (handle, wakeUps) = Self.make() else { return [] }
      made = handle
      return wakeUps
    }
    guard let made else { return nil }
    handle = made
  }

  /// In the child of a fork the owner of the parent's handle leaks it: cleaning it up would send the end of a TLS
  /// stream that the parent still uses.
  deinit {
    for descriptor in wakeUps { descriptor.forget() }
    let handle = handle
    ForkGate.inside { _ = curl_multi_cleanup(handle) }
  }

  /// Begins a transfer; returns whether there was memory for it.
  func add(_ transfer: CurlTransfer) -> Bool {
    ForkGate.inside { curl_multi_add_handle(handle, transfer.handle) == CURLM_OK }
  }

  /// Ends a transfer, which may be under way.
  func remove(_ transfer: CurlTransfer) {
    ForkGate.inside { _ = curl_multi_remove_handle(handle, transfer.handle) }
  }

  /// Drives the transfers without waiting; returns how many are still running, `nil` when memory has run out.
  func perform() -> Int32? {
    var running: Int32 = 0
    let code = ForkGate.inside { curl_multi_perform(handle, &running) }
    sockets.protectLookUps(of: self)
    return code == CURLM_OK ? running : nil
  }

  private static func make() -> (UnsafeMutableRawPointer, wakeUps: [Int32])? {
    let lowestFree = clinux_eventfd()
    guard lowestFree >= 0 else { return nil }
    _ = close(lowestFree)
    guard let multi = curl_multi_init() else { return nil }
    guard curl_multi_wakeup(multi) == CURLM_OK else {
      curl_multi_cleanup(multi)
      return nil
    }
    let wakeUps = closeWakeUpOnExec(multi, near: lowestFree)
    // Consumes the wake-ups.
    curl_multi_poll(multi, nil, 0, 0, nil)
    return (multi, wakeUps)
  }

  /// Marks the sockets of a look-up that has just begun.
  func closeLookUpOnExec() {
    var (reads, writes, errors) = (fd_set(), fd_set(), fd_set())
    var highest: Int32 = -1
    guard curl_multi_fdset(handle, &reads, &writes, &errors, &highest) == CURLM_OK, highest >= 0 else { return }
    for descriptor in 0...highest where Self.contains(reads, descriptor) && Self.isInheritedPair(descriptor) {
      _ = Self.closePairOnExec(descriptor)
    }
  }

  private static func closeWakeUpOnExec(_ multi: UnsafeMutableRawPointer, near lowestFree: Int32) -> [Int32] {
    let found = first(near: lowestFree) { descriptor in
      guard isInheritedPair(descriptor) else { return false }
      let before = clinux_unread(descriptor)
      curl_multi_wakeup(multi)
      return clinux_unread(descriptor) == before + 1
    }
    return found.map { closePairOnExec($0) } ?? []
  }

  /// Marks a socket of a pair and the other one, whose number in the system is the next. Returns both.
  private static func closePairOnExec(_ descriptor: Int32) -> [Int32] {
    let number = number(of: descriptor)
    clinux_close_on_exec(descriptor)
    let other = first(near: descriptor) { isInheritedPair($0) && self.number(of: $0) == number + 1 }
    if let other { clinux_close_on_exec(other) }
    return [descriptor] + (other.map { [$0] } ?? [])
  }

  private static func isInheritedPair(_ descriptor: Int32) -> Bool {
    guard clinux_descriptor_flags(descriptor) == 0 else { return false }
    var family: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &family, &length) == 0 && family == AF_UNIX
  }

  /// The number that the system gives to the file or socket.
  private static func number(of descriptor: Int32) -> UInt {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? status.st_ino : 0
  }

  private static func contains(_ set: fd_set, _ descriptor: Int32) -> Bool {
    withUnsafeBytes(of: set) { bits in
      let byte = Int(descriptor) / 8
      return byte < bits.count && bits[byte] & (1 << (UInt8(descriptor % 8))) != 0
    }
  }

  /// The first open descriptor that matches, looked for from `start` on, and then from the beginning.
  private static func first(near start: Int32, where matches: (Int32) -> Bool) -> Int32? {
    for begin in start > 0 ? [start, 0] : [0] {
      var gap = 0
      var descriptor = begin
      while gap < longestGap {
        if clinux_descriptor_flags(descriptor) < 0 {
          gap += 1
        } else {
          gap = 0
          if matches(descriptor) { return descriptor }
        }
        descriptor += 1
      }
    }
    return nil
  }
}
