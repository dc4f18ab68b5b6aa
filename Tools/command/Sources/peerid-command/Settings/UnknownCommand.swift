import ArgumentParser

/// A word in the place of a command that is none. The argument parser calls it an unexpected argument, and `help` with it
/// prints the help of the program.
enum UnknownCommand {
  /// Says which command was probably meant; `nil` when the command is known, or the argument parser has more to say.
  static func failure(in arguments: [String]) -> Failure? {
    var words = arguments[...]
    while let word = words.popFirst() {
      if word == "help" || word == "--json" { continue }
      if word.hasPrefix("-") {
        guard let isSeparate = takesValue(word) else { return nil }
        if isSeparate { _ = words.popFirst() }
        continue
      }
      guard !names.contains(word) else { return nil }
      return Failure(
        .usage,
        "there is no command '\(word)'" + Nearest.hint(word, names, otherwise: "; `peerid --help` lists all")
      )
    }
    return nil
  }

  static let names: [String] = Peerid.configuration.subcommands.map { $0._commandName }

  /// Whether the value of an option of every command is the next argument; `nil` for any other option.
  private static func takesValue(_ option: String) -> Bool? {
    let parts = option.split(separator: "=", maxSplits: 1)
    guard ["--profile", "--base-url", "--client-id", "--user", "-u", "--option"].contains(parts.first) else {
      return nil
    }
    return parts.count == 1
  }
}
