internal import PeerID

/// Suggests a known name for an unknown one.
enum Nearest {
  /// `; did you mean "users"?`, or an empty string if no known name is similar.
  static func hint(_ unknown: String, _ known: some Sequence<String>) -> String {
    name(to: unknown, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
  }

  /// The known name with the fewest differences, if fewer than half of its letters differ.
  static func name(to unknown: String, among known: some Sequence<String>) -> String? {
    let best = known.map { (name: $0, distance: EditDistance.between(unknown.lowercased(), $0.lowercased())) }
      .min { $0.distance < $1.distance }
    guard let best, best.distance <= max(1, best.name.count / 2) else { return nil }
    return best.name
  }
}
