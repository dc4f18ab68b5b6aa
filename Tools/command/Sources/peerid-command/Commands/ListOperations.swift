import ArgumentParser
import PeerID

/// `peerid ops`
struct ListOperations: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "ops",
    abstract: "List the operations of the chain, or describe one.",
    discussion: """
      Needs no server and no session. `peerid ops transfer --example > transfer.json` writes a file for \
      `peerid submit`.
      """
  )

  @Argument(help: "The name of an operation.", completion: .list(Operations.names))
  var name: String?

  @Flag(help: "Print only an example for submit.")
  var example = false

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if example, name == nil { throw ValidationError("--example needs the name of an operation") }
  }

  func run() throws {
    guard let name else { return list() }
    guard let json = Operations.description(of: name) else { throw unknown(name) }
    let sample = JSONLayout.member("example", of: json)
    if example {
      guard let sample else {
        throw Failure(.usage, "'\(name)' has no example: it cannot be sent; see peerid ops \(name)")
      }
      return Output.print(sample)
    }
    if common.json { return Output.print(JSONLayout.compact(json)) }
    let terminal = Terminal.results
    var lines = try OperationDescription(json).lines(for: terminal)
    if let sample {
      lines += ["", terminal.paint("Example", .bold), JSONLayout.indented(sample, width: terminal.width)]
    }
    Output.print(lines.joined(separator: "\n"))
  }

  private func list() {
    for name in Operations.names {
      let id = Operations.id(of: name) ?? -1
      Output.print(common.json ? JSON.object([("name", .string(name)), ("id", .integer(Int64(id)))]).text : name)
    }
  }

  private func unknown(_ name: String) -> Failure {
    let similar = Operations.names.filter { $0.contains(name) || name.contains($0) }.prefix(8)
    let hint =
      similar.isEmpty
      ? Nearest.hint(name, Operations.names, otherwise: "; `peerid ops` lists all")
      : "; there are \(similar.joined(separator: ", "))"
    return Failure(.usage, "unknown operation '\(name)'\(hint)")
  }
}
