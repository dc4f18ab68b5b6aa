/// Owns a context of the caller, and releases it when this object is released.
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
