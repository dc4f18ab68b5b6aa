import ArgumentParser
import PeerID

/// `peerid ops`
struct ListOperations: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "ops",
    abstract: "List the operations of the chain, or describe one.",
    discussion: "Needs no server and no session."
  )

  @Argument(help: "The name of an operation.", completion: .list(Operations.names))
  var name: String?

  @OptionGroup var common: CommonOptions

  func run() throws {
    for name in Operations.names {
      let id = Operations.id(of: name) ?? -1
      Output.print(common.json ? JSON.object([("name", .string(name)), ("id", .integer(Int64(id)))]).text : name)
    }
  }
}
