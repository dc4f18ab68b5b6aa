internal import PeerID

/// A local PeerID server: it answers as the real one does, keeps everything in memory, and can be made to fail.
///
/// It listens on 127.0.0.1 alone. Several sandboxes in one program do not know of each other. All methods may be called
/// from any thread. It stops when the last reference to it is released.
public final class Sandbox: Sendable {
  let core: SandboxCore
  private let server: HTTPServer

  /// Starts a sandbox, which takes requests when this returns.
  ///
  /// - Parameters:
  ///   - fixture: the users, apps and tokens that it knows.
  ///   - port: where it listens; 0 for any free port.
  /// - Throws: ``SandboxError`` when the port cannot be used.
  public init(fixture: Fixture = .demo, port: UInt16 = 0) throws(SandboxError) {
    core = SandboxCore(fixture)
    server = try HTTPServer(port: port, handler: core)
  }

  deinit { server.stop() }

  /// The port on which it listens.
  public var port: UInt16 { server.port }

  /// The base URL for clients, such as `http://127.0.0.1:8400`.
  public var url: String { "http://127.0.0.1:\(server.port)" }

  /// Closes all connections and stops listening. Later calls do nothing.
  public func stop() { server.stop() }
}
