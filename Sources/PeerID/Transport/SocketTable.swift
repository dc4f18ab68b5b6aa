internal import CCurl
internal import CLinux

/// The sockets that libcurl has opened for one multi handle.
///
/// The table records which requests use which connection. A connection is not reused if the server has closed it, or
/// has sent data without a request.
///
/// The table must outlive the connections: libcurl calls back when it closes one.
final class SocketTable {
  private struct Connection {
    let descriptor: OwnedDescriptor
    /// The local port, by which libcurl identifies the connection; 0 before the first request.
    var localPort: Int32 = 0
    /// The number of requests in flight on the connection; more than one only with HTTP/2.
    var requests = 0
    var wasUsed = false
    /// libcurl's constant for the HTTP version; 0 before the first answer begins.
    var version = 0
    var id: UInt64 { descriptor.id }
  }

  private let lock = Lock()
  private var connections: [Connection] = []
  /// The most recently closed connections on which more than 100 kB had arrived.
  private var overfull: [UInt64] = []
  /// The signal mask of the driver's thread, while all signals are blocked because libcurl starts a thread.
  private var maskBeforeLookUp: Thread.SignalMask?

  init() {
    // Make the Swift runtime create the array's type now; see `RuntimeWarmup`.
    connections.reserveCapacity(1)
  }

  /// Makes `handle` open and close its sockets through this table.
  func attach(to handle: UnsafeMutableRawPointer) {
    let me = Unmanaged.passUnretained(self).toOpaque()
    ccurl_setopt_open_socket_callback(handle) { context, _, address in
      SocketTable.from(context).open(address)
    }
    ccurl_setopt_pointer(handle, CURLOPT_OPENSOCKETDATA, me)
    ccurl_setopt_close_socket_callback(handle) { context, socket in SocketTable.from(context).close(socket) }
    ccurl_setopt_pointer(handle, CURLOPT_CLOSESOCKETDATA, me)
    ccurl_setopt_resolver_callback(handle) { _, _, context in SocketTable.from(context).blockSignals() }
    ccurl_setopt_pointer(handle, CURLOPT_RESOLVER_START_DATA, me)
  }

  /// The connection of a request that is about to be sent.
  struct Use {
    fileprivate let id: UInt64
    let descriptor: Int32
    /// Whether this request is alone on an HTTP/1.1 connection that was used before. Data that arrives before the
    /// request is sent then belongs to no request.
    let mustBeSilent: Bool
  }

  /// Records that a request is about to be sent from `localPort`; returns `nil` if the connection is unknown.
  func begin(localPort: Int32) -> Use? {
    lock.withLock {
      guard let index = index(localPort: localPort) else { return nil }
      let connection = connections[index]
      connections[index].requests += 1
      connections[index].wasUsed = true
      return Use(
        id: connection.id,
        descriptor: connection.descriptor.number,
        // HTTP/1.1 carries one request at a time, even if the one before has not been noted as over yet.
        mustBeSilent: connection.wasUsed
          && (connection.version == 0 ? connection.requests == 0 : connection.version < Int(CURL_HTTP_VERSION_2_0))
      )
    }
  }

  /// Records the HTTP version of an answer, and whether its request has ended.
  func note(_ use: Use, version: Int, isOver: Bool) {
    lock.withLock {
      guard let index = connections.firstIndex(where: { $0.id == use.id }) else { return }
      if version != 0 { connections[index].version = version }
      if isOver { connections[index].requests -= 1 }
    }
  }

  /// Whether more than 100 kB have arrived on a connection.
  func hasReceivedMuch(on use: Use) -> Bool {
    lock.withLock {
      if let connection = connections.first(where: { $0.id == use.id }) {
        return Self.hasReceivedMuch(connection.descriptor.number)
      }
      return overfull.contains(use.id)
    }
  }

  /// Called after each step of `multi`, on its thread: libcurl may have begun to look up a name.
  func protectLookUps(of multi: MultiHandle) {
    guard let before = maskBeforeLookUp else { return }
    maskBeforeLookUp = nil
    before.restore()
    multi.closeLookUpOnExec()
  }

  /// Blocks all signals, because libcurl is about to start a thread for a name lookup. That thread inherits the signal
  /// mask, and the application's signal handlers must not run on it.
  private func blockSignals() -> Int32 {
    if maskBeforeLookUp == nil { maskBeforeLookUp = .blockAll() }
    return 0
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> SocketTable {
    // The pointer was set above.
    Unmanaged<SocketTable>.fromOpaque(context.unsafelyUnwrapped).takeUnretainedValue()
  }

  private func open(_ address: UnsafeMutablePointer<curl_sockaddr>?) -> curl_socket_t {
    guard let address = address?.pointee else { return CURL_SOCKET_BAD }
    let closesOnExec = Int32(SOCK_CLOEXEC.rawValue)
    guard
      let descriptor = OwnedDescriptor.open({
        socket(address.family, address.socktype | closesOnExec, address.protocol)
      })
    else { return CURL_SOCKET_BAD }
    lock.withLock { connections.append(Connection(descriptor: descriptor)) }
    return descriptor.number
  }

  private func close(_ descriptor: curl_socket_t) -> Int32 {
    let owned: OwnedDescriptor? = lock.withLock {
      guard let index = connections.firstIndex(where: { $0.descriptor.number == descriptor }) else { return nil }
      if Self.hasReceivedMuch(descriptor) { overfull = overfull.suffix(15) + [connections[index].id] }
      return connections.remove(at: index).descriptor
    }
    owned?.close()
    return 0
  }

  private static func hasReceivedMuch(_ descriptor: Int32) -> Bool {
    // The offset of `tcpi_bytes_received` in Linux's `tcp_info`. The C library's structure ends before this field.
    let bytesReceived = 128
    return withUnsafeTemporaryAllocation(byteCount: bytesReceived + 8, alignment: 8) { information in
      var length = socklen_t(information.count)
      let code = getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_INFO, information.baseAddress, &length)
      return code == 0 && length == information.count
        && information.load(fromByteOffset: bytesReceived, as: UInt64.self) > 100 * 1024
    }
  }

  private func index(localPort: Int32) -> Int? {
    // With one connection, as in a blocking transfer, there is nothing to search.
    if connections.count == 1 { return 0 }
    if let index = connections.firstIndex(where: { $0.localPort == localPort }) { return index }
    for index in connections.indices where connections[index].localPort == 0 {
      connections[index].localPort = Self.localPort(of: connections[index].descriptor.number)
    }
    return connections.firstIndex { $0.localPort == localPort }
  }

  /// The local port of a socket; 0 while it is not connected.
  private static func localPort(of descriptor: Int32) -> Int32 {
    var address = sockaddr_in6()
    var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
    let code = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    // The port is at the same offset for IPv4 and IPv6.
    return code == 0 ? Int32(UInt16(bigEndian: address.sin6_port)) : 0
  }
}
