extension Mistake {
  /// Mistakes in the doc comment of a function.
  static let documentation = [
    Mistake(
      "a function without a doc comment",
      line: 2,
      says: "`peerid_case_a` has no doc comment",
      """
      @_cdecl("peerid_case_a")
      public func caseA() {}
      """
    ),
    Mistake(
      "a parameter without documentation",
      line: 6,
      says: "the parameter `second` of `peerid_case_b` has no documentation: add `- second: …`",
      """
      /// Counts.
      ///
      /// - Parameter first: a number
      /// - Returns: a number
      @_cdecl("peerid_case_b")
      public func caseB(_ first: Int32, _ second: Int32) -> Int32 { 0 }
      """
    ),
    Mistake(
      "documentation of a parameter that does not exist",
      line: 6,
      says: "`peerid_case_c` documents the parameter `other`, which it does not have",
      """
      /// Counts.
      ///
      /// - Parameter other: a number
      /// - Returns: a number
      @_cdecl("peerid_case_c")
      public func caseC() -> Int32 { 0 }
      """
    ),
    Mistake(
      "a result without documentation",
      line: 3,
      says: "`peerid_case_d` returns something but does not say what: add `- Returns: …`",
      """
      /// Counts.
      @_cdecl("peerid_case_d")
      public func caseD() -> Int32 { 0 }
      """
    ),
    Mistake(
      "a function that can fail without a list of errors",
      line: 6,
      says: "`peerid_case_e` returns an error but does not say which: add `- Errors:`",
      """
      /// Fails.
      ///
      /// - Returns: NULL, or an error
      /// - Thread safety: any thread.
      @_cdecl("peerid_case_e")
      public func caseE() -> ErrorHandle? { nil }
      """
    ),
    Mistake(
      "a list of errors without entries",
      line: 7,
      says: "`peerid_case_f` returns an error but does not say which: add `- Errors:`",
      """
      /// Fails.
      ///
      /// - Returns: NULL, or an error
      /// - Errors:
      /// - Thread safety: any thread.
      @_cdecl("peerid_case_f")
      public func caseF() -> ErrorHandle? { nil }
      """
    ),
    Mistake(
      "an unknown error code",
      line: 9,
      says: "`peerid_case_g` documents the error code `refusal`, which does not exist",
      """
      /// Fails.
      ///
      /// - Returns: NULL, or an error
      /// - Errors:
      ///   - `refused`: the server refused
      ///   - `refusal`: the server refused
      /// - Thread safety: any thread.
      @_cdecl("peerid_case_g")
      public func caseG() -> ErrorHandle? { nil }
      """
    ),
    Mistake(
      "an entry under Errors without a code",
      line: 9,
      says: "an entry under `Errors` is not of the form",
      """
      /// Fails.
      ///
      /// - Returns: NULL, or an error
      /// - Errors:
      ///   - `refused`: the server refused
      ///   - refused: the server refused
      /// - Thread safety: any thread.
      @_cdecl("peerid_case_h")
      public func caseH() -> ErrorHandle? { nil }
      """
    ),
    Mistake(
      "a function that can fail without a word on threads",
      line: 7,
      says: "`peerid_case_i` does not say who may call it and when: add `- Thread safety: …`",
      """
      /// Fails.
      ///
      /// - Returns: NULL, or an error
      /// - Errors:
      ///   - `refused`: the server refused
      @_cdecl("peerid_case_i")
      public func caseI() -> ErrorHandle? { nil }
      """
    ),
    Mistake(
      "an action without a word on threads",
      line: 3,
      says: "`peerid_case_j` does not say who may call it and when: add `- Thread safety: …`",
      """
      /// Acts.
      @_cdecl("peerid_case_j")
      public func caseJ() {}
      """
    ),
    Mistake(
      "an entry under Parameters without a name",
      line: 6,
      says: "an entry under `Parameters` is not of the form",
      """
      /// Counts.
      /// - Parameters:
      ///   - nothing at all
      /// - Returns: a number
      @_cdecl("peerid_case_k")
      public func caseK() -> Int32 { 0 }
      """
    ),
    Mistake(
      "code with a comment in it",
      line: 9,
      says: "code in it cannot hold a `/*` comment",
      """
      /// Counts.
      ///
      /// ```c
      /// count(); /* never fails */
      /// ```
      ///
      /// - Returns: a number
      @_cdecl("peerid_case_l")
      public func caseL() -> Int32 { 0 }
      """
    ),
  ]
}
