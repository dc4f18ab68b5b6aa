extension Mistake {
  /// Mistakes in published enums.
  static let enums = [
    Mistake(
      "a published enum with nothing but its C name",
      line: 2,
      says: "the published enum `Level` has no doc comment",
      """
      /// C name: `peerid_level`
      public enum Level: Int32 {
        /// One.
        case one = 1
      }
      """
    ),
    Mistake(
      "a case without a doc comment",
      line: 7,
      says: "the case `two` of `Level` has no doc comment",
      """
      /// A level.
      ///
      /// C name: `peerid_level`
      public enum Level: Int32 {
        /// One.
        case one = 1
        case two = 2
      }
      """
    ),
    Mistake(
      "a case without a number",
      line: 8,
      says: "the case `two` of the published enum `Level` needs an explicit integer",
      """
      /// A level.
      ///
      /// C name: `peerid_level`
      public enum Level: Int32 {
        /// One.
        case one = 1
        /// Two.
        case two
      }
      """
    ),
    Mistake(
      "two cases with one number",
      line: 8,
      says: "`two` has the number of `one`",
      """
      /// A level.
      ///
      /// C name: `peerid_level`
      public enum Level: Int32 {
        /// One.
        case one = 1
        /// Two.
        case two = 1
      }
      """
    ),
    Mistake(
      "a published enum of another type",
      line: 4,
      says: "declare the published enum as `public enum Level: Int32`",
      """
      /// A level.
      ///
      /// C name: `peerid_level`
      public enum Level: UInt8 {
        /// One.
        case one = 1
      }
      """
    ),
  ]
}
