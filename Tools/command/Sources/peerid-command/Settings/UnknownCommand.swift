import ArgumentParser

/// Detects an unknown command. The argument parser would report it as an unexpected argument. For `help` with an unknown
/// command, the parser would print the help of the program.
enum UnknownCommand {
  /// An error with the command that was probably meant; `nil` if the command is known or the argument parser's error is
  /// better.
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
        "unknown command '\(word)'" + Nearest.hint(word, names, otherwise: "; `peerid --help` lists all")
      )
    }
    return nil
  }

  static let names: [String] = Peerid.configuration.subcommands.map { $0._commandName }

  /// Whether the next argument is the value of a common option; `nil` for any other option.
  private static func takesValue(_ option: String) -> Bool? {
    let parts = option.split(separator: "=", maxSplits: 1)
    guard ["--profile", "--base-url", "--client-id", "--user", "-u", "--option"].contains(parts.first) else {
      return nil
    }
    return parts.count == 1
  }
}
