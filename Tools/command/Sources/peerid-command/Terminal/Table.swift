/// A table with aligned columns and a heading.
struct Table {
  private let head: [String]
  private var rows: [[String]] = []

  init(_ head: String...) {
    self.head = head
  }

  mutating func add(_ row: String...) {
    rows.append(row)
  }

  /// The lines of the table; the heading is faint on a terminal with colours.
  func text(for terminal: Terminal) -> String {
    let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
    func line(_ row: [String]) -> String {
      row.enumerated().map { column, cell in
        column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
      }.joined(separator: "  ")
    }
    return ([terminal.paint(line(head), .faint)] + rows.map(line)).joined(separator: "\n")
  }
}
