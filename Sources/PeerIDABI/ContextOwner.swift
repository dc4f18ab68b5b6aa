/// A context of the caller, which is told when it is no longer used.
final class ContextOwner: @unchecked Sendable {
  let pointer: UnsafeMutableRawPointer?
  private let release: ReleaseCallback?

  init(_ pointer: UnsafeMutableRawPointer?, _ release: ReleaseCallback?) {
    self.pointer = pointer
    self.release = release
  }

  deinit {
    release?(pointer)
  }
}
