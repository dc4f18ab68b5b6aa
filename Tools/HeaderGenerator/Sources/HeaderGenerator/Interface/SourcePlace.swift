/// Where something stands in the sources.
struct SourcePlace: Hashable, Sendable {
  /// The path, relative to the root of the project.
  let path: String
  /// The line, counted from 1.
  let line: Int
}

extension SourcePlace: Comparable {
  static func < (left: SourcePlace, right: SourcePlace) -> Bool {
    (left.path, left.line) < (right.path, right.line)
  }
}
