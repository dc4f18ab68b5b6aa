internal import PeerID

/// A local PeerID server for tests, which answers as the real server does, keeps all data in memory, and fails on
/// demand.
///
/// By default, a sandbox listens on 127.0.0.1. Several sandboxes in one program are independent. All methods may be
/// called from any thread. The sandbox stops when the last reference to it is released.
public final class Sandbox: Sendable {
  let core: SandboxCore
  private let server: HTTPServer
  private let pageServer: HTTPServer?
  private let host: String

  /// Starts a sandbox, which accepts requests as soon as this returns.
  ///
  /// - Parameters:
  ///   - fixture: the users, apps and tokens.
  ///   - port: the port to listen on; 0 for any free port.
  ///   - pagePort: a separate port for the authorization page, as on the real server; 0 for any free port, `nil` for
  ///     the same port.
  ///   - host: the IPv4 address to listen on. With an address other than loopback, every machine that reaches it can
  ///     read all secrets of the fixture.
  ///   - idleSeconds: the number of seconds without traffic after which a connection is closed; 5 on the real server, 0
  ///     for never. Tests on slow machines use 0, because an unread request does not count as traffic.
  /// - Throws: ``SandboxError`` if a port cannot be used.
  public init(
    fixture: Fixture = .demo,
    port: UInt16 = 0,
    pagePort: UInt16? = nil,
    host: String = "127.0.0.1",
    idleSeconds: UInt32 = 5
  ) throws(SandboxError) {
    self.host = host
    core = SandboxCore(fixture)
    if let pagePort {
      server = try HTTPServer(host: host, port: port, role: .interface, idleSeconds: idleSeconds, handler: core)
      pageServer = try HTTPServer(host: host, port: pagePort, role: .pages, idleSeconds: idleSeconds, handler: core)
    } else {
      server = try HTTPServer(host: host, port: port, idleSeconds: idleSeconds, handler: core)
      pageServer = nil
    }
    let page = authorizationPage
    core.state.withLock { $0.authorizationPage = page }
  }

  deinit { stop() }

  /// The port on which the sandbox listens.
  public var port: UInt16 { server.port }

  /// The base URL for clients, such as `http://127.0.0.1:8400`.
  public var url: String { "http://\(shownHost):\(server.port)" }

  /// The address of the authorization page.
  public var authorizationPage: String { "http://\(shownHost):\((pageServer ?? server).port)/permissions" }

  /// The version of the sandbox, which is the same as the library's.
  public static var version: String { PeerID.Version.text }

  /// The known name that was probably meant by a misspelled name.
  public static func nearestName(to unknown: String, among known: [String]) -> String? {
    Nearest.name(to: unknown, among: known)
  }

  /// The host to show: clients cannot connect to 0.0.0.0.
  private var shownHost: String { host == "0.0.0.0" ? "127.0.0.1" : host }

  /// Closes all connections and stops listening. Later calls do nothing.
  public func stop() {
    server.stop()
    pageServer?.stop()
  }
}
