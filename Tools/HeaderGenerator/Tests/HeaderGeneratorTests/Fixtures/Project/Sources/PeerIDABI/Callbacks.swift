/// Receives what the library logs. A line never holds a secret.
///
/// - Parameters:
///   - context: what was given with the handler
///   - level: from 0 for errors to 4 for traces
///   - message: one line, valid during the call only
public typealias LogHandler =
  @convention(c) (_ context: UnsafeMutableRawPointer?, _ level: Int32, _ message: UnsafePointer<CChar>?) -> Void

/// Loads what a store of sessions holds.
///
/// - Parameters:
///   - context: what was given with the handler
///   - key: the name of the session
///   - failure: an error to look at
///   - outText: receives the text
///   - outLength: receives its length in bytes
/// - Returns: NULL, or an error, which the library frees
public typealias StoreLoadHandler =
  @convention(c) (
    _ context: UnsafeMutableRawPointer?, _ key: UnsafePointer<CChar>?, _ failure: ErrorHandle?,
    _ outText: UnsafeMutablePointer<UnsafePointer<CChar>?>?, _ outLength: UnsafeMutablePointer<UInt>?
  ) -> ErrorHandle?
