import ArgumentParser
import Foundation
import HeaderGenerator

@main
struct HeaderGeneratorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "header-generator",
    abstract: "Makes the C header, the version script, the list of prototypes and the Python prototypes.",
    discussion: """
      Reads the exported functions, handles, callbacks and published enums of Sources/PeerIDABI and Sources/PeerID, \
      with their doc comments. Whatever is published has to be documented, and stays: the ABI only grows.
      """
  )

  @Option(help: ArgumentHelp("The root of the project.", valueName: "folder"))
  var root = "."

  @Flag(help: "Write nothing; fail when a file on disk is not what the sources give.")
  var check = false

  @Flag(help: "Let published declarations be removed or changed: for a new major version.")
  var allowBreak = false

  func run() throws {
    let report = try Generator(root: root).run(check: check, allowBreak: allowBreak)
    let output = report.isSuccess ? FileHandle.standardOutput : FileHandle.standardError
    for line in report.lines {
      try output.write(contentsOf: Data("\(line)\n".utf8))
    }
    guard report.isSuccess else { throw ExitCode.failure }
  }
}
