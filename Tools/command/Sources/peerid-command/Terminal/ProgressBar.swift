import Glibc

/// A progress bar on standard error for many transactions; hidden if standard error is not a terminal.
final class ProgressBar {
  private let total: Int
  private let isVisible: Bool
  private var isShown = false

  init(total: Int) {
    self.total = total
    isVisible = total > 1 && Terminal.errors.isTerminal && Environment["TERM"] != "dumb"
  }

  /// Draws the bar.
  func show(_ states: [Int: TransactionState]) {
    guard isVisible else { return }
    Output.write("\r\u{1B}[K" + Self.line(states, total: total, width: Terminal.errors.width - 1), to: STDERR_FILENO)
    isShown = true
  }

  /// Removes the bar, so that a line can be printed.
  func clear() {
    guard isShown else { return }
    Output.write("\r\u{1B}[K", to: STDERR_FILENO)
    isShown = false
  }

  /// The text of the bar, with at most this width.
  static func line(_ states: [Int: TransactionState], total: Int, width: Int) -> String {
    let finished = min(states.count, total)
    let failed = states.values.count { $0 == .notDone || $0 == .notSent }
    let unknown = states.values.count(where: \.isUnknown)
    var tail = " \(finished)/\(total)"
    if failed > 0 { tail += ", \(failed) failed" }
    if unknown > 0 { tail += ", \(unknown) unknown" }
    let room = min(width - tail.count - 2, 40)
    guard room >= 5 else { return String(tail.dropFirst().prefix(max(width, 0))) }
    let filled = room * finished / max(total, 1)
    return "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: room - filled) + "]" + tail
  }
}
