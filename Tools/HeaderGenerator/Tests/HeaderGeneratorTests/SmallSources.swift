@testable import HeaderGenerator

/// The smallest sources that give an interface, for tests to add one thing to.
enum SmallSources {
  static let casePath = "Sources/PeerIDABI/Case.swift"

  static let all = [
    SourceText(
      path: "Sources/PeerID/Version.swift",
      text: """
        /// The version.
        public enum Version {
          public static let major: Int32 = 1
          public static let minor: Int32 = 0
          public static let patch: Int32 = 0
        }
        """
    ),
    SourceText(
      path: "Sources/PeerID/ErrorCode.swift",
      text: """
        /// What kind of failure an error is.
        ///
        /// C name: `peerid_code`
        public enum ErrorCode: Int32 {
          /// It was refused.
          case refused = 9
        }
        """
    ),
    SourceText(path: "Sources/PeerIDABI/Contract.swift", text: "/// The rules.\nenum Contract {}"),
    SourceText(
      path: "Sources/PeerIDABI/Handles.swift",
      text: """
        /// Why a call failed.
        public typealias ErrorHandle = OpaquePointer
        /// A session.
        public typealias SessionHandle = OpaquePointer
        /// A token.
        ///
        /// Immutable.
        public typealias TokenHandle = OpaquePointer
        /// Is told.
        public typealias Told = @convention(c) () -> Void
        """
    ),
  ]

  /// What comes of the small sources and one more file.
  static func generate(adding text: String) -> (files: [GeneratedFile], problems: [Problem]) {
    Generator.generate(from: all + [SourceText(path: casePath, text: text)])
  }

  /// The header for the small sources and one more file.
  static func header(adding text: String) -> String? {
    generate(adding: text).files.first { $0.path == GeneratedFile.headerPath }?.text
  }

  /// A documented function with one parameter of a type, or without.
  static func function(parameter type: String?, result: String? = nil) -> String {
    let documentation =
      ["/// Does it.", "///"] + (type == nil ? [] : ["/// - Parameter value: a value"])
      + (result == nil ? [] : ["/// - Returns: a result"])
      + ["/// - Errors: any.", "/// - Thread safety: any thread."]
    let signature = "(\(type.map { "_ value: \($0)" } ?? ""))" + (result.map { " -> \($0)" } ?? "")
    return (documentation + ["@_cdecl(\"peerid_do\")", "public func doIt\(signature) {}"]).joined(separator: "\n")
  }
}
