/// Compares texts line by line.
enum LineDiff {
  private static let context = 3

  private struct Line {
    let sign: Character
    let text: String
  }

  /// The difference between two texts in the unified format; empty when there is none.
  static func unified(old: String, new: String, path: String) -> [String] {
    let lines = merged(old: lines(old), new: lines(new))
    guard lines.contains(where: { $0.sign != " " }) else { return [] }
    return ["--- \(path) (on disk)", "+++ \(path) (from the sources)"] + hunks(lines)
  }

  private static func lines(_ text: String) -> [Substring] {
    text.split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// Both texts as one: every line with the sign of the text that it is in alone, or a space when it is in both.
  private static func merged(old: [Substring], new: [Substring]) -> [Line] {
    let difference = new.difference(from: old)
    var removed: Set<Int> = []
    var inserted: Set<Int> = []
    for change in difference {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): inserted.insert(offset)
      }
    }
    var lines: [Line] = []
    var newIndex = 0
    for oldIndex in 0...old.count {
      let isRemoved = removed.contains(oldIndex)
      if isRemoved {
        lines.append(Line(sign: "-", text: String(old[oldIndex])))
        continue
      }
      while inserted.contains(newIndex) {
        lines.append(Line(sign: "+", text: String(new[newIndex])))
        newIndex += 1
      }
      if oldIndex < old.count {
        lines.append(Line(sign: " ", text: String(old[oldIndex])))
        newIndex += 1
      }
    }
    return lines
  }

  private static func hunks(_ lines: [Line]) -> [String] {
    let changed = lines.indices.filter { lines[$0].sign != " " }
    var ranges: [Range<Int>] = []
    for index in changed {
      let range = max(0, index - context)..<min(lines.count, index + context + 1)
      if let last = ranges.last, last.upperBound >= range.lowerBound {
        ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
      } else {
        ranges.append(range)
      }
    }
    return ranges.flatMap { range in
      [heading(range, in: lines)] + lines[range].map { "\($0.sign)\($0.text)" }
    }
  }

  private static func heading(_ range: Range<Int>, in lines: [Line]) -> String {
    let before = lines[..<range.lowerBound]
    let oldStart = before.count { $0.sign != "+" } + 1
    let newStart = before.count { $0.sign != "-" } + 1
    let oldCount = lines[range].count { $0.sign != "+" }
    let newCount = lines[range].count { $0.sign != "-" }
    return "@@ -\(oldStart),\(oldCount) +\(newStart),\(newCount) @@"
  }
}
