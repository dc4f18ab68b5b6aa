internal import CCurl
internal import CLinux

/// A libcurl multi handle, and the descriptors that libcurl opens for itself.
///
/// libcurl 7.88 opens a socket pair to wake a waiting thread and another one for each name lookup, without
/// close-on-exec, and does not report their numbers. So this class searches for them and marks them close-on-exec.
final class MultiHandle {
  let handle: UnsafeMutableRawPointer
  /// The table of the connections, which lives as long as the connections.
  let sockets = SocketTable()
  private let wakeUps: [OwnedDescriptor]

  /// The search ends after this many numbers in a row that are not open. A new descriptor is close to the open ones,
  /// because the system uses the lowest free number.
  private static let longestGap = 256

  /// Creates a handle; returns `nil` when memory or descriptors have run out. (Without descriptors libcurl returns a
  /// handle that cancellations cannot wake.)
  convenience init?() {
    var made: UnsafeMutableRawPointer?
    // `openSeveral` prevents a fork between opening the descriptors and marking them.
    let wakeUps = OwnedDescriptor.openSeveral {
      guard let (handle, wakeUps) = Self.make() else { return [] }
      made = handle
      return wakeUps
    }
    guard let made else { return nil }
    self.init(made, wakeUps)
  }

  private init(_ handle: UnsafeMutableRawPointer, _ wakeUps: [OwnedDescriptor]) {
    self.handle = handle
    self.wakeUps = wakeUps
  }

  /// Not called in the child of a fork for the parent's handle, which the child leaks: cleaning up would end a TLS
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

  /// Removes a transfer, even if it is running.
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
    let streams = clinux_occupy_streams()
    defer { clinux_free_streams(streams) }
    let lowestFree = clinux_eventfd()
    guard lowestFree >= 0 else { return nil }
    _ = close(lowestFree)
    guard let multi = curl_multi_init() else { return nil }
    guard curl_multi_wakeup(multi) == CURLM_OK else {
      curl_multi_cleanup(multi)
      return nil
    }
    let wakeUps = closeWakeUpOnExec(multi, near: lowestFree)
    // Clears pending wake-ups.
    curl_multi_poll(multi, nil, 0, 0, nil)
    return (multi, wakeUps)
  }

  /// Marks the sockets of a name lookup that has just begun.
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

  /// Marks both sockets of a pair and returns them. The inode number of the second is one more than that of the first.
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

  /// The inode number of a descriptor.
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

  /// The first matching open descriptor, searched from `start` and then from 0.
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
