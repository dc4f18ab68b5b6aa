/// A context of the caller. It is released with this object.
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
