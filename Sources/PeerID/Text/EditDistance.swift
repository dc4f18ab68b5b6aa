/// The Levenshtein distance: how many letters must be changed, added or removed to turn one word into another.
package enum EditDistance {
  package static func between(_ first: String, _ second: String) -> Int {
    // Only names are compared; a longer string is not similar to any of them.
    let first = Array(first.utf8.prefix(64))
    let second = Array(second.utf8.prefix(64))
    var previous = Array(0...second.count)
    for (row, letter) in first.enumerated() {
      var current = [row + 1]
      for (column, other) in second.enumerated() {
        let substituted = previous[column] + (letter == other ? 0 : 1)
        current.append(min(substituted, previous[column + 1] + 1, current[column] + 1))
      }
      previous = current
    }
    return previous[second.count]
  }

  /// The name with the spelling most similar to `word`; `nil` if more than a third of its letters differ.
  static func nearest(to word: String, in names: some Sequence<String>) -> String? {
    var best: (name: String, distance: Int)?
    for name in names {
      let distance = between(name, word)
      if distance < best?.distance ?? max(2, word.utf8.count / 3) + 1 { best = (name, distance) }
    }
    return best?.name
  }
}
