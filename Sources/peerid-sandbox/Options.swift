/// What the command line asks for.
struct Options {
  /// A command line that cannot be understood.
  struct Fault: Error {
    let message: String
  }

  static let usage = """
    A local PeerID server for development and tests. It keeps everything in memory and listens on 127.0.0.1 only.

    usage: peerid-sandbox [--port N] [--fixture FILE] [--json] [--quiet] [--exit-with-stdin]
           peerid-sandbox --print-fixture [--fixture FILE]

      --port N           listen on this port; 0, the default, means any free one
      --fixture FILE     load users, apps and tokens from this file instead of the built-in demo
      --json             print one line of JSON with everything a test needs to know, and nothing else
      --quiet            print the URL only
      --exit-with-stdin  stop when standard input ends, so that nothing outlives the test that started it
      --print-fixture    print the fixture as JSON, to start one's own from, and end
      --help             print this text
    """

  var port: UInt16 = 0
  var fixtureFile: String?
  var printsJSON = false
  var isQuiet = false
  var exitsWithInput = false
  var printsFixture = false
  var wantsHelp = false

  /// Reads the arguments behind the program's name. `--port 80` and `--port=80` are the same.
  init(_ arguments: some Collection<String>) throws(Fault) {
    var rest = arguments.flatMap { argument in
      argument.hasPrefix("--") ? argument.split(separator: "=", maxSplits: 1).map(String.init) : [argument]
    }[...]
    while let argument = rest.popFirst() {
      switch argument {
      case "--port":
        guard let text = rest.popFirst(), let number = UInt16(text) else {
          throw Fault(message: "--port wants a number from 0 to 65535")
        }
        port = number
      case "--fixture":
        guard let file = rest.popFirst() else { throw Fault(message: "--fixture wants the path of a file") }
        fixtureFile = file
      case "--json": printsJSON = true
      case "--quiet": isQuiet = true
      case "--exit-with-stdin": exitsWithInput = true
      case "--print-fixture": printsFixture = true
      case "--help", "-h": wantsHelp = true
      default: throw Fault(message: "unknown argument \(argument); --help lists the known ones")
      }
    }
  }
}
