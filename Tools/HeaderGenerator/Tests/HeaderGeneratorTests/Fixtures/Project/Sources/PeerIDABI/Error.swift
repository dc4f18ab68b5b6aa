/// The code of an error. Compare it with the constants `PEERID_CODE_…`.
///
/// - Parameter error: an error, or NULL
/// - Returns: the code; 0 for NULL
@_cdecl("peerid_error_code")
public func errorCode(_ error: ErrorHandle?) -> Int32 {
  error == nil ? 0 : 2
}

/// What happened.
///
/// - Parameter error: an error, or NULL
/// - Returns: text in English on one line; never NULL
/// - Lifetime: as long as the error
@_cdecl("peerid_error_message")
public func errorMessage(_ error: ErrorHandle?) -> UnsafePointer<CChar> {
  FixtureText.message
}

/// The codes that this library knows.
///
/// - Returns: numbers that end in 0
@_cdecl("peerid_error_codes")
public func errorCodes() -> UnsafePointer<Int32>? {
  nil
}

/// Frees an error.
///
/// - Parameter error: an error, or NULL
@_cdecl("peerid_error_free")
public func errorFree(_ error: ErrorHandle?) {
}

/** The version of the library in use.

    - Returns: the number that `PEERID_VERSION_NUMBER` has in its header */
@c(peerid_version_number)
public func versionNumber() -> Int32 {
  10_213
}

/// Texts that live as long as the program.
private enum FixtureText {
  nonisolated(unsafe) static let message: UnsafePointer<CChar> = {
    let text = UnsafeMutablePointer<CChar>.allocate(capacity: 3)
    text[0] = 110
    text[1] = 111
    text[2] = 0
    return UnsafePointer(text)
  }()
}
