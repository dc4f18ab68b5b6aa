/// The credentials with which a user logs in. Printing them shows no secret.
public struct Credentials: Sendable, CustomStringConvertible {
  let login: Bytes
  let password: Bytes?
  let mobile: Bytes?

  /// Creates credentials; an empty password or mobile number counts as none.
  ///
  /// - Parameters:
  ///   - login: the user name or the e-mail address.
  ///   - password: the password; `nil` to log in with the mobile number alone.
  ///   - mobile: the mobile number; `nil` to log in with the password alone.
  public init(login: String, password: String? = nil, mobile: String? = nil) {
    self.init(
      login: Bytes(login),
      password: password.map { Bytes($0, wipes: true) },
      mobile: mobile.map { Bytes($0, wipes: true) }
    )
  }

  package init(login: Bytes, password: Bytes?, mobile: Bytes?) {
    self.login = login
    self.password = password.flatMap { $0.count > 0 ? $0 : nil }
    self.mobile = mobile.flatMap { $0.count > 0 ? $0 : nil }
  }

  /// Shows none of the members, which are secret.
  public var description: String { "Credentials" }

  /// The user name; `nil` for an e-mail address.
  var userName: String? { login.raw.contains(UInt8(ascii: "@")) ? nil : login.text }

  func check() throws(PeerIDError) {
    guard login.count > 0 else { throw PeerIDError(.invalidArgument, "login is empty: give a user name or an e-mail") }
    guard password != nil || mobile != nil else {
      throw PeerIDError(.invalidArgument, "password and mobile are both missing: give at least one of them")
    }
  }
}

// Embedded Swift has no reflection, so this is not needed there.
#if !hasFeature(Embedded)
  extension Credentials: CustomReflectable {
    /// No children, so that dumping credentials shows no secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
  }
#endif
