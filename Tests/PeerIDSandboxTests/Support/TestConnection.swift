import Glibc

/// An answer as it was received.
struct WireAnswer {
  let status: Int
  let headers: [(name: String, value: String)]
  let body: [UInt8]

  var text: String { String(decoding: body, as: UTF8.self) }

  func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }
}

/// A blocking HTTP/1.1 connection on a raw socket, so that a test can do what no HTTP library does.
final class TestConnection {
  /// Why a read returned no answer.
  enum Broken: Error, Equatable {
    case cannotConnect
    /// The other side closed, after this many bytes.
    case closed(afterBytes: Int)
    case timedOut
  }

  /// The limit of a wait for an answer, which comes earlier.
  static let patienceSeconds = 1200

  private let socket: Int32
  private var buffer: [UInt8] = []
  /// Keeps the server running.
  private let server: AnyObject?

  init(port: UInt16, of server: AnyObject? = nil, timeoutSeconds: Int = patienceSeconds) throws {
    self.server = server
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var timeout = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { throw Broken.cannotConnect }
  }

  deinit { close(socket) }

  /// Whether the other side, a socket of this process, has `TCP_NODELAY`; `nil` if there is no such socket.
  var isSentAtOnceByPeer: Bool? {
    func port(_ name: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32, _ of: Int32)
      -> UInt16?
    {
      var address = sockaddr_in()
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let result = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name(of, $0, &length) }
      }
      return result == 0 && address.sin_family == AF_INET ? address.sin_port : nil
    }
    let (mine, theirs) = (port({ getsockname($0, $1, $2) }, socket), port({ getpeername($0, $1, $2) }, socket))
    let peer = (0..<65_536).first { descriptor in
      port({ getpeername($0, $1, $2) }, descriptor) == mine && port({ getsockname($0, $1, $2) }, descriptor) == theirs
    }
    guard let peer, mine != nil else { return nil }
    var isSet: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(peer, Int32(IPPROTO_TCP), TCP_NODELAY, &isSet, &length) == 0 ? isSet != 0 : nil
  }

  func send(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// Closes the sending side.
  func finishSending() { shutdown(socket, Int32(SHUT_WR)) }

  func request(
    _ method: String,
    _ target: String,
    headers: [(String, String)] = [],
    body: [UInt8]? = nil
  ) throws -> WireAnswer {
    send(method, target, headers: headers, body: body)
    return try receive(hasBody: method != "HEAD")
  }

  func send(_ method: String, _ target: String, headers: [(String, String)] = [], body: [UInt8]? = nil) {
    var text = "\(method) \(target) HTTP/1.1\r\nHost: sandbox.test\r\n"
    for (name, value) in headers { text += "\(name): \(value)\r\n" }
    if let body { text += "Content-Length: \(body.count)\r\n" }
    send(Array((text + "\r\n").utf8) + (body ?? []))
  }

  /// Reads one answer.
  func receive(hasBody: Bool = true) throws -> WireAnswer {
    let end = Array("\r\n\r\n".utf8)
    var headEnd = position(of: end)
    while headEnd == nil {
      try read()
      headEnd = position(of: end)
    }
    let head = String(decoding: buffer[..<(headEnd ?? 0)], as: UTF8.self)
    let lines = head.split(separator: "\r\n").map(String.init)
    let headers = lines.dropFirst().map { line in
      let parts = line.split(separator: ":", maxSplits: 1)
      return (name: String(parts[0]), value: String(parts[1].drop { $0 == " " }))
    }
    let length = headers.first { $0.name.lowercased() == "content-length" }.flatMap { Int($0.value) } ?? 0
    let start = (headEnd ?? 0) + end.count
    let bodyLength = hasBody ? length : 0
    while buffer.count < start + bodyLength { try read() }
    let body = Array(buffer[start..<start + bodyLength])
    buffer.removeFirst(start + bodyLength)
    return WireAnswer(status: Int(lines[0].split(separator: " ")[1]) ?? 0, headers: headers, body: body)
  }

  /// Reads until the other side closes.
  func readToEnd() throws -> [UInt8] {
    do {
      while true { try read() }
    } catch Broken.closed {
      return buffer
    }
  }

  private func read() throws {
    var part = [UInt8](repeating: 0, count: 65_536)
    let count = recv(socket, &part, part.count, 0)
    if count < 0, errno == EAGAIN { throw Broken.timedOut }
    // The process was stopped and continued.
    if count < 0, errno == EINTR { return }
    guard count > 0 else { throw Broken.closed(afterBytes: buffer.count) }
    buffer += part[..<count]
  }

  private func position(of mark: [UInt8]) -> Int? {
    guard buffer.count >= mark.count else { return nil }
    return (0...buffer.count - mark.count).first {
      buffer[$0] == mark[0] && Array(buffer[$0..<$0 + mark.count]) == mark
    }
  }
}
