internal import CMicroHTTPD
internal import PeerID
import Glibc

/// The next action for a request.
enum NextStep {
  /// Decide again after this time; other requests continue.
  case wait(milliseconds: Int)
  case answer(HTTPAnswer)
  /// Close the connection without sending anything.
  case close
  /// Send these bytes and close the connection.
  case sendAndClose([UInt8])
}

/// What a port serves. PeerID's front end can have another address than the API.
enum PortRole {
  case everything, interface, pages
}

/// How a request ended at the socket.
enum Ending {
  /// The whole answer was written to the socket.
  case answered
  /// The sandbox closed the connection because of a fault, or the client closed it.
  case closed
}

/// Handles requests.
protocol RequestHandler: AnyObject, Sendable {
  /// Returns the next action for a request that has been read completely. Called on the polling thread.
  func nextStep(for exchange: Exchange) -> NextStep
  /// A request has ended. Called on the polling thread.
  func ended(_ exchange: Exchange, _ ending: Ending)
  /// The `Date` header of an answer that is sent now.
  func date() -> String
}

/// The HTTP server of a sandbox: one polling thread of libmicrohttpd.
///
/// One thread is fast enough, and it puts all requests in order: a client that reads the log finds all its earlier
/// requests there.
final class HTTPServer: @unchecked Sendable {
  private static let connectionLimit: UInt32 = 16_384

  let port: UInt16
  fileprivate let role: PortRole
  fileprivate let handler: any RequestHandler
  fileprivate let timer: DelayTimer
  private let daemon = Guarded<OpaquePointer?>(nil)
  fileprivate let isStopping = Guarded(false)

  init(
    host: String = LoopbackListener.loopback,
    port: UInt16,
    role: PortRole = .everything,
    idleSeconds: UInt32,
    handler: any RequestHandler
  ) throws(SandboxError) {
    self.handler = handler
    self.role = role
    let listener = try LoopbackListener(host: host, port: port)
    self.port = listener.port
    do {
      timer = try DelayTimer()
    } catch {
      close(listener.socket)
      throw error
    }
    let started = cmicrohttpd_start(
      listener.socket,
      Self.connectionLimit,
      idleSeconds,
      handleRequest,
      noticeTarget,
      noticeCompletion,
      Unmanaged.passUnretained(self).toOpaque()
    )
    guard let started else {
      let failure = errno
      close(listener.socket)
      timer.stop()
      throw .system(doing: "start the HTTP server", errno: failure)
    }
    daemon.withLock { $0 = started }
  }

  deinit { stop() }

  /// Closes all connections and ends the threads. Later calls do nothing.
  func stop() {
    isStopping.withLock { $0 = true }
    // libmicrohttpd aborts the program if it is stopped while a request is suspended.
    timer.stop()
    let running: OpaquePointer? = daemon.withLock { daemon in
      defer { daemon = nil }
      return daemon
    }
    if let running { MHD_stop_daemon(running) }
  }
}

private func noticeTarget(
  owner: UnsafeMutableRawPointer?,
  target: UnsafePointer<CChar>?,
  connection: OpaquePointer?
) -> UnsafeMutableRawPointer? {
  // The other callbacks receive the returned pointer as `state`.
  let role = owner.map { Unmanaged<HTTPServer>.fromOpaque($0).takeUnretainedValue().role } ?? .everything
  return Unmanaged.passRetained(Exchange(target: target.map { String(cString: $0) } ?? "/", role: role)).toOpaque()
}

private func noticeCompletion(
  owner: UnsafeMutableRawPointer?,
  connection: OpaquePointer?,
  state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
  code: MHD_RequestTerminationCode
) {
  guard let owner, let opaque = state?.pointee else { return }
  state?.pointee = nil
  let exchange = Unmanaged<Exchange>.fromOpaque(opaque).takeRetainedValue()
  let server = Unmanaged<HTTPServer>.fromOpaque(owner).takeUnretainedValue()
  server.handler.ended(exchange, code == .REQUEST_TERMINATED_COMPLETED_OK ? .answered : .closed)
  if exchange.hangsUp, let connection { shutdown(cmicrohttpd_socket(connection), Int32(SHUT_RDWR)) }
}

private func handleRequest(
  owner: UnsafeMutableRawPointer?,
  connection: OpaquePointer?,
  path: UnsafePointer<CChar>?,
  method: UnsafePointer<CChar>?,
  version: UnsafePointer<CChar>?,
  part: UnsafePointer<CChar>?,
  partSize: UnsafeMutablePointer<Int>?,
  state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
  guard let owner, let connection, let opaque = state?.pointee, let partSize else { return .NO }
  let exchange = Unmanaged<Exchange>.fromOpaque(opaque).takeUnretainedValue()
  guard exchange.hasBegun else {
    exchange.begin(method: method.map { String(cString: $0) } ?? "", headers: readHeaders(connection))
    return .YES
  }
  if partSize.pointee > 0 {
    exchange.receive(UnsafeRawBufferPointer(start: part, count: partSize.pointee))
    partSize.pointee = 0
    return .YES
  }
  return Unmanaged<HTTPServer>.fromOpaque(owner).takeUnretainedValue().advance(exchange, on: connection)
}

private func readHeaders(_ connection: OpaquePointer) -> [(name: String, value: String)] {
  var headers: [(name: String, value: String)] = []
  withUnsafeMutablePointer(to: &headers) { target in
    _ = MHD_get_connection_values(
      connection,
      .HEADER_KIND,
      { target, _, name, value in
        guard let target, let name else { return .NO }
        let headers = target.assumingMemoryBound(to: [(name: String, value: String)].self)
        headers.pointee.append((String(cString: name), value.map { Schema.trimmed(String(cString: $0)) } ?? ""))
        return .YES
      },
      target
    )
  }
  return headers
}

extension HTTPServer {
  fileprivate func advance(_ exchange: Exchange, on connection: OpaquePointer) -> MHD_Result {
    if isStopping.withLock({ $0 }) { return .NO }
    switch handler.nextStep(for: exchange) {
    case .wait(let milliseconds):
      let suspended = SuspendedConnection(connection: connection)
      MHD_suspend_connection(connection)
      timer.schedule(afterMilliseconds: milliseconds) { MHD_resume_connection(suspended.connection) }
      return .YES
    case .answer(let answer):
      return queue(answer, on: connection)
    case .close:
      return .NO
    case .sendAndClose(let bytes):
      // The socket is non-blocking, but the bytes fit into its empty buffer, so nothing is lost.
      let socket = cmicrohttpd_socket(connection)
      _ = bytes.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      return .NO
    }
  }

  private func queue(_ answer: HTTPAnswer, on connection: OpaquePointer) -> MHD_Result {
    let body = UnsafeMutableRawPointer(mutating: answer.body.address)
    guard let response = MHD_create_response_from_buffer(answer.body.count, body, .RESPMEM_MUST_COPY) else {
      return .NO
    }
    defer { MHD_destroy_response(response) }
    MHD_add_response_header(response, "Date", handler.date())
    for header in answer.allHeaders { MHD_add_response_header(response, header.name, header.value) }
    return MHD_queue_response(connection, UInt32(clamping: answer.status), response)
  }
}

/// A suspended connection, which libmicrohttpd keeps until it is resumed.
private struct SuspendedConnection: @unchecked Sendable {
  let connection: OpaquePointer
}
