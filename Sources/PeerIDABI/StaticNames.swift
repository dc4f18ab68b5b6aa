internal import PeerID

/// Static strings.
enum StaticNames {
  static var empty: UnsafePointer<CChar> { pointer("") }

  private static let codes = ErrorCode.allCases.map { ($0.rawValue, Bytes($0.name)) }
  private static let outcomes = Outcome.allCases.map { ($0.rawValue, Bytes($0.name)) }
  private static let reasons = ErrorReason.allCases.map { ($0, Bytes($0.name)) }
  private static let operations = OperationCatalogue.standard.entries.map { ($0.id, Bytes($0.name)) }
  private static let version = Bytes(Version.text)

  /// Creates the strings now: if the process forked while another thread created them, a lock would stay held in the
  /// child.
  static func prepare() {
    withExtendedLifetime((codes, outcomes, reasons, operations, version)) {}
  }

  static func name(ofCode code: Int32) -> UnsafePointer<CChar>? {
    code == 0 ? pointer("ok") : name(code, in: codes)
  }

  static func name(ofOutcome outcome: Int32) -> UnsafePointer<CChar>? {
    name(outcome, in: outcomes)
  }

  static func name(ofReason reason: ErrorReason?) -> UnsafePointer<CChar>? {
    reasons.first { $0.0 == reason }?.1.cString ?? empty
  }

  static func name(ofOperation id: Int32) -> UnsafePointer<CChar>? {
    name(id, in: operations)
  }

  static var versionText: UnsafePointer<CChar> { version.cString }

  private static func name(_ number: Int32, in names: [(Int32, Bytes)]) -> UnsafePointer<CChar>? {
    names.first { $0.0 == number }?.1.cString
  }

  private static func pointer(_ text: StaticString) -> UnsafePointer<CChar> {
    UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
  }
}
