/// A request for a user's consent: the page to send the user to, and the state to expect back.
public struct AuthorizationRequest: Sendable {
  /// The address of the page on which the user signs in and gives consent.
  public let url: String
  /// 192 random bits as text. Store the state in the user's web session, and compare it when the user returns: it
  /// proves that the redirect belongs to this request and not to an attacker's.
  public let state: String
}
