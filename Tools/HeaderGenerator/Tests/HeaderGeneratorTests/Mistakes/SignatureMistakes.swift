extension Mistake {
  /// Mistakes in the signature of a function.
  static let signatures = [
    Mistake(
      "an exported function that is not public",
      line: 4,
      says: "`peerid_case_m` is exported but not `public`",
      """
      /// Counts.
      /// - Returns: a number
      @_cdecl("peerid_case_m")
      func caseM() -> Int32 { 0 }
      """
    ),
    Mistake(
      "a function that throws",
      line: 4,
      says: "`peerid_case_n` is async, throwing or generic",
      """
      /// Counts.
      /// - Returns: a number
      @_cdecl("peerid_case_n")
      public func caseN() throws -> Int32 { 0 }
      """
    ),
    Mistake(
      "an output that is not last",
      line: 7,
      says: "the parameter `limit` of `peerid_case_o` follows an output: outputs come last",
      """
      /// Counts.
      /// - Parameters:
      ///   - outCount: receives a number
      ///   - limit: a number
      /// - Returns: a number
      @_cdecl("peerid_case_o")
      public func caseO(_ outCount: UnsafeMutablePointer<Int32>?, _ limit: Int32) -> Int32 { 0 }
      """
    ),
    Mistake(
      "a parameter with the name of a C++ keyword",
      line: 5,
      says: "the parameter `operator` of `peerid_case_p` is a keyword of C or C++",
      """
      /// Counts.
      /// - Parameter operator: a number
      /// - Returns: a number
      @_cdecl("peerid_case_p")
      public func caseP(_ `operator`: Int32) -> Int32 { 0 }
      """
    ),
  ]
}
