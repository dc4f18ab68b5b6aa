import Glibc
@testable import PeerID

/// A fuzz target: a name, and a function that reads any input.
struct FuzzTarget: Sendable {
  let name: String
  /// Reads the input; ends the process when the input breaks a promise.
  let run: @Sendable (UnsafeRawBufferPointer) -> Void

  static let all = [
    FuzzTarget(name: "json", run: JSONTarget.run),
    FuzzTarget(name: "answers", run: AnswerTarget.run),
    FuzzTarget(name: "masks", run: MaskTarget.run),
    FuzzTarget(name: "tokens", run: TokenTarget.run),
    FuzzTarget(name: "sessions", run: StoredSessionTarget.run),
    FuzzTarget(name: "files", run: StoreFileTarget.run),
    FuzzTarget(name: "operations", run: OperationTarget.run),
    FuzzTarget(name: "transactions", run: TransactionTarget.run),
    FuzzTarget(name: "chain_queries", run: ChainQueryTarget.run),
    FuzzTarget(name: "redirects", run: RedirectTarget.run),
    FuzzTarget(name: "base_urls", run: BaseURLTarget.run),
    FuzzTarget(name: "options", run: OptionTarget.run),
    FuzzTarget(name: "dates", run: DateTarget.run),
    FuzzTarget(name: "fixtures", run: FixtureTarget.run),
    FuzzTarget(name: "controls", run: SandboxTarget.runControls),
    FuzzTarget(name: "requests", run: SandboxTarget.runRequests),
    FuzzTarget(name: "readings", run: Readings.run),
  ]

  /// The target that the environment names.
  static let chosen: FuzzTarget = {
    let name = getenv("PEERID_FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let target = all.first(where: { $0.name == name }) else {
      fail("PEERID_FUZZ_TARGET is '\(name)'; it must be one of " + all.map(\.name).joined(separator: ", "))
    }
    return target
  }()
}

/// libFuzzer calls this with every input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  FuzzTarget.chosen.run(UnsafeRawBufferPointer(start: data, count: size))
  return 0
}

/// Ends the process, so that libFuzzer keeps the input.
func fail(_ message: String) -> Never {
  let line = Bytes("promise broken: \(message)\n")
  _ = write(STDERR_FILENO, line.address, line.count)
  abort()
}

/// Ends the process when a promise does not hold.
func check(_ holds: Bool, _ message: @autoclosure () -> String) {
  if !holds { fail(message()) }
}

/// An input that is read in parts.
struct FuzzInput {
  private(set) var rest: UnsafeRawBufferPointer

  init(_ input: UnsafeRawBufferPointer) {
    rest = input
  }

  /// One of some values, chosen by the next byte.
  mutating func choice<Value>(_ values: [Value]) -> Value {
    let byte = rest.first ?? 0
    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst())
    return values[Int(byte) % values.count]
  }

  /// The bytes up to the next NUL, which is skipped.
  mutating func field() -> UnsafeRawBufferPointer {
    let end = rest.firstIndex(of: 0) ?? rest.endIndex
    let field = UnsafeRawBufferPointer(rebasing: rest[..<end])
    rest = UnsafeRawBufferPointer(rebasing: rest[end...].dropFirst())
    return field
  }

  /// The text up to the next NUL; invalid UTF-8 is replaced.
  mutating func text() -> String { String(decoding: field(), as: UTF8.self) }
}
