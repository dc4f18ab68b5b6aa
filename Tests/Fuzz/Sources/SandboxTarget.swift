@testable import PeerID
@testable import PeerIDSandbox

/// Requests to the sandbox, one after another; none may crash the server.
///
/// An input contains requests separated by NUL: a line with method and target, lines of headers, an empty line, and the
/// body. `{now}` and other tokens are those of the demo fixture.
enum SandboxTarget {
  /// Requests whose targets are under `/sandbox`.
  static func runControls(_ input: UnsafeRawBufferPointer) { run(input, prefix: "/sandbox/") }

  /// Requests to PeerID.
  static func runRequests(_ input: UnsafeRawBufferPointer) { run(input, prefix: "/") }

  private static let core = SandboxCore(.demo)
  private static let beginning = Guarded(SandboxState(.demo))

  private static func run(_ input: UnsafeRawBufferPointer, prefix: String) {
    var input = FuzzInput(input)
    // Restored at the end: the leak sanitizer would report what the input has added to the state.
    defer { core.state.withLock { state in beginning.withLock { state = $0 } } }
    var requests = 0
    while !input.rest.isEmpty, requests < 8 {
      answer(input.field(), prefix, core)
      requests += 1
    }
  }

  private static func answer(_ text: UnsafeRawBufferPointer, _ prefix: String, _ core: SandboxCore) {
    let newline = UInt8(ascii: "\n")
    var lines = text.split(separator: newline, maxSplits: 64, omittingEmptySubsequences: false)[...]
    let first = String(decoding: lines.popFirst() ?? text[..<0], as: UTF8.self)
    let words = first.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    let exchange = Exchange(target: prefix + String(words.count > 1 ? words[1] : ""), role: .everything)
    var headers: [(name: String, value: String)] = []
    while let line = lines.first, !line.isEmpty {
      lines.removeFirst()
      let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { continue }
      headers.append((String(decoding: parts[0], as: UTF8.self), String(decoding: parts[1], as: UTF8.self)))
    }
    exchange.begin(method: String(words.first ?? "GET"), headers: headers)
    if let start = lines.dropFirst().first?.startIndex {
      exchange.receive(UnsafeRawBufferPointer(rebasing: text[start...]))
    }
    finish(exchange, core)
  }

  private static func finish(_ exchange: Exchange, _ core: SandboxCore) {
    // A request waits at most twice: before it is processed, and before its answer.
    for _ in 0..<3 {
      switch core.nextStep(for: exchange) {
      case .wait: continue
      case .answer(let answer):
        check(100...599 ~= answer.status, "no status: \(answer.status)")
        checkJSON(answer)
      case .close, .sendAndClose: break
      }
      break
    }
    core.ended(exchange, .answered)
  }

  private static func checkJSON(_ answer: HTTPAnswer) {
    guard answer.contentType.hasPrefix("application/json"), answer.body.count > 0 else { return }
    let isJSON = answer.body.withBytes { body in
      var scanner = JSONScanner(body)
      return (try? scanner.whole { (scanner) throws(JSONScanner.Fault) in try scanner.skipValue() }) != nil
    }
    check(isJSON || isReplaced(answer), "an answer is not JSON: \(answer.body.text)")
  }

  /// A control can let the sandbox answer with any text.
  private static func isReplaced(_ answer: HTTPAnswer) -> Bool { answer.headers.isEmpty }
}
