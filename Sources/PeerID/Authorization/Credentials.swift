/// With what a user logs in. Printing it shows no secret.
public struct Credentials: Sendable, CustomStringConvertible {
  let login: Bytes
  let password: Bytes?
  let mobile: Bytes?

  /// Makes credentials; an empty password or mobile number counts as none.
  ///
  /// - Parameters:
  ///   - login: the user name or the e-mail address.
  ///   - password: the password, if it is to be checked.
  ///   - mobile: the mobile number, if it is to be checked.
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

  /// What can be shown: nothing.
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

// Embedded Swift has no reflection, so there is nothing to hide from it.
#if !hasFeature(Embedded)
  extension Credentials: CustomReflectable {
    /// Nothing, so that dumping credentials shows no secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
  }
#endif
