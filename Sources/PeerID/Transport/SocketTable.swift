internal import CCurl
import Glibc

/// The sockets that libcurl has opened for one handle or one event loop, so that the child of a fork can close its
/// copies without a word on the wire.
///
/// Must outlive the connections: libcurl calls back when it closes one.
final class SocketTable {
  private let lock = Lock()
  private var sockets: [Int32] = []

  /// Makes `handle` open and close its sockets through this table.
  func attach(to handle: UnsafeMutableRawPointer) {
    let me = Unmanaged.passUnretained(self).toOpaque()
    ccurl_setopt_open_socket_callback(handle) { context, _, address in
      SocketTable.from(context).open(address)
    }
    ccurl_setopt_pointer(handle, CURLOPT_OPENSOCKETDATA, me)
    ccurl_setopt_close_socket_callback(handle) { context, socket in SocketTable.from(context).close(socket) }
    ccurl_setopt_pointer(handle, CURLOPT_CLOSESOCKETDATA, me)
  }

  /// Closes this process's copies of the descriptors. Nothing of the parent's is touched.
  func closeInChild() {
    for socket in sockets { _ = Glibc.close(socket) }
    // The array is whole: a fork waits for the lock.
    sockets = []
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> SocketTable {
    // The pointer is the one set above.
    Unmanaged<SocketTable>.fromOpaque(context.unsafelyUnwrapped).takeUnretainedValue()
  }

  private func open(_ address: UnsafeMutablePointer<curl_sockaddr>?) -> curl_socket_t {
    guard let address = address?.pointee else { return CURL_SOCKET_BAD }
    let closesOnExec = Int32(SOCK_CLOEXEC.rawValue)
    // Opening and noting are one step to a fork.
    return lock.withLock {
      let descriptor = socket(address.family, address.socktype | closesOnExec, address.protocol)
      if descriptor >= 0 { sockets.append(descriptor) }
      return descriptor
    }
  }

  private func close(_ descriptor: curl_socket_t) -> Int32 {
    lock.withLock {
      sockets.removeAll { $0 == descriptor }
      return Glibc.close(descriptor)
    }
  }
}
