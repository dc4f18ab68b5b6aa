/// Finds the known name that a mistyped name probably means.
enum Nearest {
  /// `; did you mean 'submit'?`, or `otherwise` if no known name is close.
  static func hint(_ unknown: String, _ known: [String], otherwise: String = "") -> String {
    name(to: unknown, among: known).map { "; did you mean '\($0)'?" } ?? otherwise
  }

  /// The known name with the smallest edit distance; `nil` if that is more than one and more than a third of the
  /// letters.
  static func name(to unknown: String, among known: [String]) -> String? {
    let best = known.map { (name: $0, slips: slips($0.lowercased(), unknown.lowercased())) }
      .min { $0.slips < $1.slips }
    guard let best, best.slips <= max(1, unknown.count / 3), best.slips < best.name.count else { return nil }
    return best.name
  }

  /// The edit distance of two words: the number of letters changed, added, removed or swapped with the next one.
  /// Neither the library nor the argument parser exports such a function.
  private static func slips(_ first: String, _ second: String) -> Int {
    let first = Array(first.prefix(64))
    let second = Array(second.prefix(64))
    var rows = [Array(0...second.count)]
    for (row, letter) in first.enumerated() {
      var current = [row + 1]
      for (column, other) in second.enumerated() {
        var least = min(rows[row][column] + (letter == other ? 0 : 1), rows[row][column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, letter == second[column - 1], first[row - 1] == other {
          least = min(least, rows[row - 1][column - 1] + 1)
        }
        current.append(least)
      }
      rows.append(current)
    }
    return rows[first.count][second.count]
  }
}
