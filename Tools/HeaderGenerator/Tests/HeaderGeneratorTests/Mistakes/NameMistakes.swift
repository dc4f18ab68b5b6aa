extension Mistake {
  /// Mistakes in names.
  static let names = [
    Mistake(
      "a symbol without the prefix",
      line: 4,
      says: "the symbol `count` is not of the form `peerid_object_verb`",
      """
      /// Counts.
      /// - Returns: a number
      @_cdecl("count")
      public func count() -> Int32 { 0 }
      """
    ),
    Mistake(
      "a symbol in camel case",
      line: 4,
      says: "the symbol `peerid_errorCount` is not of the form `peerid_object_verb`",
      """
      /// Counts.
      /// - Returns: a number
      @_cdecl("peerid_errorCount")
      public func count() -> Int32 { 0 }
      """
    ),
    Mistake(
      "a symbol that exists already",
      line: 8,
      says: "the C name `peerid_count` is taken already at Sources/PeerIDABI/Case.swift:4",
      """
      /// Counts.
      /// - Returns: a number
      @_cdecl("peerid_count")
      public func count() -> Int32 { 0 }
      /// Counts.
      /// - Returns: a number
      @_cdecl("peerid_count")
      public func countAgain() -> Int32 { 0 }
      """
    ),
    Mistake(
      "a function with the name of a handle",
      line: 4,
      says: "the C name `peerid_session` is taken already at Sources/PeerIDABI/Handles.swift:4",
      """
      /// Counts.
      /// - Returns: a number
      @_cdecl("peerid_session")
      public func session() -> Int32 { 0 }
      """
    ),
    Mistake(
      "a published enum without the prefix",
      line: 4,
      says: "the C name of the enum `Level` is `level`",
      """
      /// A level.
      ///
      /// C name: `level`
      public enum Level: Int32 {
        /// One.
        case one = 1
      }
      """
    ),
    Mistake(
      "a file that is no Swift",
      line: 1,
      says: "the file does not parse as Swift",
      "public func ("
    ),
  ]
}
