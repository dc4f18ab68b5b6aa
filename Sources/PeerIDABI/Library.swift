// swift-format-ignore-file: ValidateDocumentationComments
// Tools/header checks these comments. Facts that apply to all functions are in Contract.swift.

internal import PeerID

/// Returns the version of the loaded library, such as `1.0.0`.
/// - Returns: a static string.
@_cdecl("peerid_library_version")
public func libraryVersion() -> UnsafePointer<CChar>? {
  StaticNames.versionText
}

/// Returns the version of the loaded library, to compare with `PEERID_VERSION_NUMBER`.
/// - Returns: major × 10000 + minor × 100 + patch.
@_cdecl("peerid_library_version_number")
public func libraryVersionNumber() -> Int32 {
  Version.number
}

/// Does what the library otherwise does at exit: waits up to two seconds for refreshes in flight and unsaved tokens,
/// and then ends its threads within another 1.5 seconds. Afterwards it starts no refresh and no asynchronous call, and
/// calls no handler from its own threads. This function is for interpreters, which shut down before `atexit` functions
/// run. Calling it again does nothing.
/// - Thread safety: not from a handler or a store callback.
@_cdecl("peerid_library_prepare_exit")
public func libraryPrepareExit() {
  ExitGuard.leave()
}

/// Returns the name of an error code.
/// - Parameters:
///   - code: one of `peerid_code`, or 0.
/// - Returns: a static string, such as `login_required`; `ok` for 0; NULL for any other number.
@_cdecl("peerid_code_name")
public func codeName(_ code: Int32) -> UnsafePointer<CChar>? {
  StaticNames.name(ofCode: code)
}

/// Returns the name of an outcome.
/// - Parameters:
///   - outcome: one of `peerid_outcome`.
/// - Returns: a static string, such as `not_sent`; NULL for any other number.
@_cdecl("peerid_outcome_name")
public func outcomeName(_ outcome: Int32) -> UnsafePointer<CChar>? {
  StaticNames.name(ofOutcome: outcome)
}
