import Glibc

/// A listening socket, by default on 127.0.0.1.
struct LoopbackListener {
  static let loopback = "127.0.0.1"

  let socket: Int32
  let port: UInt16

  /// Listens on `port`; 0 lets the kernel choose one.
  init(host: String, port: UInt16) throws(SandboxError) {
    var parsed = in_addr()
    guard inet_pton(AF_INET, host, &parsed) == 1 else { throw .invalidHost(host) }
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { throw .system(doing: "open a socket", errno: errno) }
    var enabled: Int32 = 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &enabled, size)
    // Accepted connections inherit this option, without which an answer in two segments waits 40 ms for a delayed ACK.
    setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &enabled, size)

    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr = parsed
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let failure: Int32 = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        guard bind(socket, generic, length) == 0, listen(socket, 4_096) == 0,
          getsockname(socket, generic, &length) == 0
        else { return errno }
        return 0
      }
    }
    guard failure == 0 else {
      close(socket)
      throw .cannotListen(host: host, port: port, errno: failure)
    }
    self.socket = socket
    self.port = UInt16(bigEndian: address.sin_port)
  }
}
