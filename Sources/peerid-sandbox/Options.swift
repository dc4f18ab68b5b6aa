import PeerIDSandbox

/// The options of the command line.
struct Options {
  /// An invalid command line.
  struct Fault: Error {
    let message: String
  }

  static let usage = """
    A local PeerID server for development and tests. It keeps all data in memory and listens on this machine only.
    Open its address in a browser to see users, requests and faults.

    usage: peerid-sandbox [--port N] [--page-port N] [--host ADDRESS] [--fixture FILE] [--without-session-cookie]
                          [--without-chain-rules] [--idle-seconds N] [--json | --quiet] [--exit-with-stdin]
           peerid-sandbox --print-fixture [--fixture FILE]

      --port N           listen on this port; 0, the default, means any free port
      --page-port N      serve the authorization page on a separate port, as the real server does
      --host ADDRESS     listen on this IPv4 address instead of 127.0.0.1; everyone who can reach it can read all secrets
      --fixture FILE     load users, apps and tokens from this file instead of the built-in demo
      --without-session-cookie
                         issue transaction tokens without the session cookie that the real server requires
      --without-chain-rules
                         execute every operation that the server accepts
      --idle-seconds N   close connections that are idle for N seconds; 5, the default, is the real server's value,
                         and 0 keeps them open, for tests on slow machines
      --json             print only one line of JSON, with everything that a test needs
      --quiet            print only the URL
      --exit-with-stdin  stop when standard input ends, so that the sandbox does not outlive a test
      --print-fixture    print the fixture as JSON, as a template, and exit
      --version          print the version and exit
      --help             print this text and exit
    """

  private static let names = [
    "--port", "--page-port", "--host", "--fixture", "--without-session-cookie", "--without-chain-rules",
    "--idle-seconds", "--json", "--quiet",
    "--exit-with-stdin", "--print-fixture", "--version", "--help",
  ]

  var port: UInt16 = 0
  var pagePort: UInt16?
  var host = "127.0.0.1"
  var fixtureFile: String?
  var requiresSessionCookie = true
  var appliesChainRules = true
  var idleSeconds: UInt32 = 5
  var printsJSON = false
  var isQuiet = false
  var exitsWithInput = false
  var printsFixture = false
  var wantsVersion = false
  var wantsHelp = false

  /// Whether other machines can reach the sandbox.
  var isExposed: Bool { !host.hasPrefix("127.") }

  /// Reads the arguments after the program's name. `--port 80` and `--port=80` are the same.
  init(_ arguments: some Collection<String>) throws(Fault) {
    var rest = arguments.flatMap { argument in
      argument.hasPrefix("--") ? argument.split(separator: "=", maxSplits: 1).map(String.init) : [argument]
    }[...]
    while let argument = rest.popFirst() {
      switch argument {
      case "--port": port = try Self.port(argument, rest.popFirst())
      case "--page-port": pagePort = try Self.port(argument, rest.popFirst())
      case "--host":
        guard let text = rest.popFirst() else { throw Fault(message: "--host needs an IPv4 address") }
        host = text
      case "--fixture":
        guard let file = rest.popFirst() else { throw Fault(message: "--fixture needs the path of a file") }
        fixtureFile = file
      case "--without-session-cookie": requiresSessionCookie = false
      case "--without-chain-rules": appliesChainRules = false
      case "--idle-seconds": idleSeconds = try Self.seconds(argument, rest.popFirst())
      case "--json": printsJSON = true
      case "--quiet": isQuiet = true
      case "--exit-with-stdin": exitsWithInput = true
      case "--print-fixture": printsFixture = true
      case "--version": wantsVersion = true
      case "--help", "-h": wantsHelp = true
      default:
        let hint = Sandbox.nearestName(to: argument, among: Self.names).map { "; did you mean \($0)" } ?? ""
        throw Fault(message: "unknown argument \(argument)\(hint); --help lists the known ones")
      }
    }
  }

  private static func port(_ name: String, _ text: String?) throws(Fault) -> UInt16 {
    guard let text, let number = UInt16(text) else { throw Fault(message: "\(name) needs a number from 0 to 65535") }
    return number
  }

  private static func seconds(_ name: String, _ text: String?) throws(Fault) -> UInt32 {
    guard let text, let number = UInt32(text), number <= 86_400 else {
      throw Fault(message: "\(name) needs a number of seconds from 0 to 86400")
    }
    return number
  }
}
