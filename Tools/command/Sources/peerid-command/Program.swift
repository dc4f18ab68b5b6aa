import ArgumentParser
import Glibc
import PeerID

/// The entry point: parses the command line, runs the command, and converts its result to an exit status.
@main
enum Program {
  static func main() {
    Interrupts.start()
    var printsJSON = CommandLine.arguments.contains("--json")
    do {
      if let failure = UnknownCommand.failure(in: Array(CommandLine.arguments.dropFirst())) { throw failure }
      var command = try Peerid.parseAsRoot()
      if let subcommand = command as? any Subcommand { printsJSON = subcommand.common.json }
      try command.run()
      Interrupts.leave(ExitStatus.done.rawValue)
    } catch let failure as Failure {
      failure.report(asJSON: printsJSON)
      Interrupts.leave(failure.status.rawValue)
    } catch let error as PeerIDError {
      Failure(error).report(asJSON: printsJSON)
      Interrupts.leave(ExitStatus(error).rawValue)
    } catch let error as ExitCode {
      Interrupts.leave(error.rawValue)
    } catch  where Peerid.exitCode(for: error).isSuccess {
      // Help, the version, and completion scripts arrive as errors.
      Output.print(Peerid.fullMessage(for: error))
      Interrupts.leave(ExitStatus.done.rawValue)
    } catch {
      if printsJSON {
        Failure(.usage, Peerid.message(for: error)).report(asJSON: true)
      } else {
        Output.printError(Peerid.fullMessage(for: error))
      }
      Interrupts.leave(ExitStatus.usage.rawValue)
    }
  }
}

/// The command `peerid`.
struct Peerid: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "peerid",
    abstract: "Act for Peerplays users through a PeerID server.",
    discussion: """
      Log a user in once; the command saves sessions and refreshes their tokens. Results go to standard output, everything else to standard \
      error. To try it without an account, run `peerid sandbox` in one terminal and \
      `peerid login alice --profile sandbox` in another.
      """,
    version: Version.text,
    groupedSubcommands: [
      CommandGroup(
        name: "Sessions",
        subcommands: [
          LogIn.self, Sessions.self, Show.self, Refresh.self, LogOut.self, AccessToken.self,
        ]
      ),
      CommandGroup(
        name: "Operations",
        subcommands: [Submit.self, Check.self, Settle.self, Confirm.self, ListOperations.self, Read.self]
      ),
      CommandGroup(name: "Development", subcommands: [RunSandbox.self]),
    ]
  )

  @OptionGroup(title: "Options of every command") var common: CommonOptions
}

/// A command with the common options.
protocol Subcommand: ParsableCommand {
  var common: CommonOptions { get }
}
