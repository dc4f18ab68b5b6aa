extension Mistake {
  /// Mistakes in handles and callbacks.
  static let types = [
    Mistake(
      "a handle without a doc comment",
      line: 1,
      says: "the handle `ClientHandle` has no doc comment",
      "public typealias ClientHandle = OpaquePointer"
    ),
    Mistake(
      "a handle with another name",
      line: 2,
      says: "the handle `ClientPointer` has to end in `Handle`",
      """
      /// A client.
      public typealias ClientPointer = OpaquePointer
      """
    ),
    Mistake(
      "a callback without a doc comment",
      line: 1,
      says: "the callback `Tell` has no doc comment",
      "public typealias Tell = @convention(c) (_ level: Int32) -> Void"
    ),
    Mistake(
      "a parameter of a callback without documentation",
      line: 2,
      says: "the parameter `level` of the callback `Tell` has no documentation",
      """
      /// Is told.
      public typealias Tell = @convention(c) (_ level: Int32) -> Void
      """
    ),
    Mistake(
      "a parameter of a callback without a name",
      line: 2,
      says: "a parameter of the callback `Tell` has no name: write `_ name: Int32`",
      """
      /// Is told.
      public typealias Tell = @convention(c) (Int32) -> Void
      """
    ),
    Mistake(
      "the result of a callback without documentation",
      line: 2,
      says: "the callback `Tell` returns something but does not say what",
      """
      /// Is told.
      public typealias Tell = @convention(c) () -> Int32
      """
    ),
    Mistake(
      "a callback that returns a pointer which is not Optional",
      line: 3,
      says: "the result of `Tell`: every pointer from C is Optional",
      """
      /// Is told.
      /// - Returns: an error
      public typealias Tell = @convention(c) () -> ErrorHandle
      """
    ),
    Mistake(
      "a callback that takes a callback",
      line: 3,
      says: "the callback `Tell` takes a callback",
      """
      /// Is told.
      /// - Parameter told: a callback
      public typealias Tell = @convention(c) (_ told: Told?) -> Void
      """
    ),
  ]
}
