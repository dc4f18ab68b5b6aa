import Glibc
import PeerID

/// Waits for the browser's redirect on a local port, and for a pasted address at the terminal.
///
/// Browsers also request an icon and open idle connections, so the listener watches all connections at once, and
/// answers requests that do not belong to this login.
final class RedirectListener {
  let port: UInt16
  private let path: String
  private let listener: Int32
  private var connections: [Int32: [UInt8]] = [:]
  private static let longestRequest = 32_768

  init(port: UInt16, path: String) throws(Failure) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard listener >= 0 else { throw .system("cannot open a socket", errno) }
    var yes: Int32 = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout.size(ofValue: yes)))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let (isBound, code) = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
        let isBound =
          bind(listener, raw, size) == 0 && listen(listener, 16) == 0 && getsockname(listener, raw, &size) == 0
        return (isBound, errno)
      }
    }
    guard isBound else {
      close(listener)
      throw .system("cannot listen on local port \(port)", code)
    }
    self.listener = listener
    self.path = path
    self.port = UInt16(bigEndian: address.sin_port)
  }

  deinit {
    for connection in connections.keys { close(connection) }
    close(listener)
  }

  /// Waits until `accept` accepts a redirect. Refuses redirects that do not belong to this request.
  func wait<Result>(_ accept: (_ redirect: String) throws(PeerIDError) -> Result) throws -> Result {
    var watchesInput = isatty(STDIN_FILENO) == 1
    while true {
      var ready = (watchesInput ? [STDIN_FILENO] : []) + [listener] + connections.keys
      ready = Self.readable(ready)
      for descriptor in ready {
        if descriptor == listener {
          let connection = Glibc.accept(listener, nil, nil)
          guard connection >= 0 else { continue }
          _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
          _ = fcntl(connection, F_SETFL, O_NONBLOCK)
          connections[connection] = []
        } else if descriptor == STDIN_FILENO {
          guard let line = LineReader.line(from: STDIN_FILENO) else {
            watchesInput = false
            continue
          }
          if line.isEmpty { continue }
          return try accept(line)
        } else if let result = try serve(descriptor, accept) {
          return result
        }
      }
    }
  }

  private static func readable(_ descriptors: [Int32]) -> [Int32] {
    var polls = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    while poll(&polls, nfds_t(polls.count), -1) < 0, errno == EINTR {}
    return polls.filter { $0.revents != 0 }.map(\.fd)
  }

  /// Reads from a connection, and answers when the head of a request is complete.
  private func serve<Result>(
    _ connection: Int32,
    _ accept: (_ redirect: String) throws(PeerIDError) -> Result
  ) throws -> Result? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(connection, &buffer, buffer.count)
    if count < 0, errno == EAGAIN || errno == EINTR { return nil }
    let request = (connections[connection] ?? []) + buffer.prefix(max(count, 0))
    guard count > 0, request.count <= Self.longestRequest else {
      forget(connection)
      return nil
    }
    connections[connection] = request
    guard let head = RedirectRequest(request) else { return nil }
    defer { forget(connection) }
    guard head.method == "GET", head.path == path, let query = head.query else {
      answer(connection, "404 Not Found", "This server only receives the redirect of a login.")
      return nil
    }
    do throws(PeerIDError) {
      let result = try accept("?" + query)
      answer(connection, "200 OK", "You are logged in. You can close this page.")
      return result
    } catch {
      answer(connection, "400 Bad Request", "The login failed: \(error.message)")
      // A redirect of another request, such as an earlier attempt, does not end the wait.
      if error.code == .invalidArgument { return nil }
      throw error
    }
  }

  private func forget(_ connection: Int32) {
    connections[connection] = nil
    close(connection)
  }

  private func answer(_ connection: Int32, _ status: String, _ text: String) {
    let safe = text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
    let page = "<!doctype html><meta charset=utf-8><title>peerid</title><p>\(safe)</p>\n"
    Output.write(
      """
      HTTP/1.1 \(status)\r
      Content-Type: text/html; charset=utf-8\r
      Content-Length: \(page.utf8.count)\r
      Cache-Control: no-store\r
      Connection: close\r
      \r
      \(page)
      """,
      to: connection
    )
  }
}

/// The first line of an HTTP request.
struct RedirectRequest: Equatable {
  let method: String
  let path: String
  let query: String?

  /// Parses a request; `nil` until its head is complete.
  init?(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let end = text.firstRange(of: "\r\n\r\n") ?? text.firstRange(of: "\n\n") else { return nil }
    let words = text[..<end.lowerBound].prefix { !$0.isNewline }.split(separator: " ")
    method = words.first.map(String.init) ?? ""
    let target = words.count > 1 ? words[1] : ""
    let mark = target.firstIndex(of: "?")
    path = String(target[..<(mark ?? target.endIndex)])
    query = mark.map { String(target[target.index(after: $0)...]) }
  }
}
