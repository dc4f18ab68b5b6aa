/// The readable log of a schedule.
final class Story {
  private(set) var lines: [String] = []

  func add(_ time: Int64, _ fiber: Fiber?, _ line: String) {
    let actor = fiber.map { "\($0.process.name) \($0.name)" } ?? "–"
    lines.append(String(repeating: " ", count: max(8 - "\(time)".count, 0)) + "\(time)  \(pad(actor, 22))  \(line)")
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(width - text.count, 0))
  }
}
