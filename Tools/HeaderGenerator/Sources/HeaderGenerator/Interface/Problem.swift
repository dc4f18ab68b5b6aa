/// Something in the sources that keeps the interface from being generated, and what to do about it.
struct Problem: Equatable, Sendable {
  let place: SourcePlace
  let message: String
}

extension Problem: CustomStringConvertible {
  /// The form that editors and CI systems recognise.
  var description: String { "\(place.path):\(place.line): error: \(message)" }
}

/// Collects problems, so that one run reports them all.
final class ProblemList {
  private var found: [Problem] = []

  var isEmpty: Bool { found.isEmpty }

  /// The problems in the order of the sources.
  var sorted: [Problem] {
    found.sorted { ($0.place, $0.message) < ($1.place, $1.message) }
  }

  func report(_ message: String, at place: SourcePlace) {
    found.append(Problem(place: place, message: message))
  }
}
