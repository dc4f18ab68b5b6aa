import ArgumentParser
import PeerID

/// `peerid read`
struct Read: Subcommand {
  static let configuration = CommandConfiguration(
    abstract: "Read the chain through the server.",
    discussion: """
      Needs no session. An array, an object, a quoted text, true and false are JSON; anything else is text: \
      `peerid read database get_objects '["1.3.0"]'`, `peerid read database get_account_by_name pi-alice`.
      """
  )

  @Argument(
    help: "database, network_broadcast, history, crypto or bookie.",
    completion: .list(["database", "network_broadcast", "history", "crypto", "bookie"])
  )
  var api: String

  @Argument(help: "A method of that interface of the node.")
  var method: String

  @Argument(help: "The parameters of the method.")
  var parameters: [String] = []

  @OptionGroup var common: CommonOptions

  func run() throws {
    let client = try Workspace(common, needsSecret: false).client
    let parameters = JSON.array(parameters.map(Self.parameter)).text
    let response: Response
    do throws(PeerIDError) {
      response = try client.readChain(api: api, method: method, parametersJSON: parameters)
    } catch {
      throw Failure(error, changesNothing: true)
    }
    let isForPeople = Terminal.results.isTerminal && !common.json
    Output.print(isForPeople ? JSONLayout.indented(response.json, width: Terminal.results.width) : response.json)
  }

  /// A parameter as the user typed it: JSON, or a string. The node accepts numbers as strings.
  static func parameter(_ text: String) -> JSON {
    let isJSON = ["{", "[", "\""].contains(text.first) || ["true", "false", "null"].contains(text)
    return isJSON ? .verbatim(text) : .string(text)
  }
}

/// `peerid confirm`
struct Confirm: Subcommand {
  static let configuration = CommandConfiguration(
    abstract: "Confirm a transaction.",
    discussion: "For applications whose users sign each request: submit prints a transaction token for each."
  )

  @Argument(help: "The transaction token. It can be used once.")
  var token: String

  @OptionGroup var common: CommonOptions

  func run() throws {
    let (_, session) = try Workspace(common).session()
    Output.print(try session.confirm(transactionToken: token).json)
  }
}

/// `peerid sandbox`
struct RunSandbox: Subcommand {
  static let defaultPort = 8400
  static let configuration = CommandConfiguration(
    commandName: "sandbox",
    abstract: "Start a PeerID server on this machine, for development and tests.",
    discussion: """
      Runs peerid-sandbox on port \(defaultPort), which the profile 'sandbox' uses. Further arguments go to \
      peerid-sandbox: `peerid sandbox --help-sandbox` lists them.
      """
  )

  @Argument(parsing: .allUnrecognized, help: "Arguments for peerid-sandbox, such as --port 9000.")
  var arguments: [String] = []

  @Flag(help: "Show the help of peerid-sandbox.")
  var helpSandbox = false

  @OptionGroup var common: CommonOptions

  func run() throws {
    var arguments = arguments
    if helpSandbox {
      arguments = ["--help"]
    } else {
      let hasPort = arguments.contains { $0 == "--port" || $0.hasPrefix("--port=") }
      if !hasPort { arguments += ["--port", String(Self.defaultPort)] }
      if common.json { arguments.append("--json") }
    }
    throw SandboxProgram.replaceThisProgram(arguments)
  }
}
