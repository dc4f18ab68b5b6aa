internal import PeerID

/// The version of the library that is loaded, such as `1.0.0`.
///
/// - Returns: a text that lives as long as the program.
@_cdecl("peerid_version")
public func version() -> UnsafePointer<CChar>? {
  StaticNames.versionText
}

/// The version of the library that is loaded, as a number to compare with `PEERID_VERSION_NUMBER`.
///
/// - Returns: major × 10000 + minor × 100 + patch.
@_cdecl("peerid_version_number")
public func versionNumber() -> Int32 {
  Version.number
}

/// Does now what the library does when the process exits: waits up to two seconds for refreshes that are under way and
/// for pairs that are not saved yet, then ends its threads within another second and a half. Afterwards the library
/// begins no refresh and no asynchronous call, and calls nothing back from a thread of its own. For interpreters, which
/// end before the handlers of `atexit` run and must not be called back then. Later calls of it do nothing.
///
/// - Thread safety: may be called from any thread, but not from a handler or a callback of a store.
@_cdecl("peerid_prepare_exit")
public func prepareExit() {
  ExitGuard.leave()
}

/// The name of an error code.
///
/// - Parameter code: one of `peerid_code`, or 0.
/// - Returns: a text that lives as long as the program, such as `login_required`; `ok` for 0; NULL for a number that is
///   not a code.
@_cdecl("peerid_code_name")
public func codeName(_ code: Int32) -> UnsafePointer<CChar>? {
  StaticNames.name(ofCode: code)
}
