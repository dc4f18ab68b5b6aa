/// The whole C interface, as read from the Swift sources: what every output is written from.
struct Interface: Sendable {
  var version: LibraryVersion
  var contract: Contract
  var handles: [Handle]
  var enums: [PublishedEnum]
  var callbacks: [Callback]
  var functions: [Function]

  /// The constants of error codes by the name of their Swift case, as the `Errors` lists call them.
  var errorConstants: [String: String] {
    let codes = enums.first { $0.cName == PublishedEnum.errorCodeName }
    return Dictionary(codes?.constants.map { ($0.swiftName, $0.cName) } ?? []) { first, _ in first }
  }
}

/// The general rules, put at the head of the header.
struct Contract: Sendable {
  let documentation: DocComment
  let place: SourcePlace
}

/// The version of the library.
struct LibraryVersion: Equatable, Sendable {
  var major: Int32
  var minor: Int32
  var patch: Int32

  var number: Int32 { major * 10_000 + minor * 100 + patch }
  var text: String { "\(major).\(minor).\(patch)" }
}

/// An opaque type that C holds by pointer.
struct Handle: Sendable {
  /// The end of the name of the Swift typealias.
  static let suffix = "Handle"
  /// The handle of errors: a function that returns one can fail.
  static let errorName = "peerid_error"

  let swiftName: String
  let cName: String
  /// Whether C passes it by `const` pointer.
  let isImmutable: Bool
  let documentation: DocComment?
  let place: SourcePlace
}

/// A Swift enum whose cases C sees as constants.
struct PublishedEnum: Sendable {
  /// The enum whose cases `Errors` lists name.
  static let errorCodeName = "peerid_code"

  struct Constant: Sendable {
    let swiftName: String
    let cName: String
    let value: Int32
    let documentation: DocComment?
    let place: SourcePlace
  }

  let swiftName: String
  let cName: String
  let constants: [Constant]
  let documentation: DocComment?
  let place: SourcePlace
}

/// A parameter of a function or of a callback.
struct Parameter: Sendable {
  let swiftName: String
  let cName: String
  let type: CType

  /// Whether the function writes through it: outputs are named `out…`.
  var isOutput: Bool { cName.hasPrefix("out_") || cName == "out" }
}

/// The type of a function that C hands to the library.
struct Callback: Sendable {
  let swiftName: String
  let cName: String
  let parameters: [Parameter]
  let result: CType
  let documentation: DocComment?
  let place: SourcePlace
}

/// An exported function.
struct Function: Sendable {
  let swiftName: String
  let symbol: String
  let parameters: [Parameter]
  let result: CType
  let documentation: DocComment?
  let place: SourcePlace

  /// Whether it answers with an error, where NULL is success.
  var canFail: Bool { result == .pointer(to: .handle(Handle.errorName), isConst: false) }
  /// Whether it gives up a handle.
  var isRelease: Bool { symbol.hasSuffix("_free") }
}
