/// Why the server or the chain refused a request, for the cases that programs distinguish.
///
/// The names are stable, and a newer library may add more. The library recognizes them by the messages of the node, of
/// the server (peerid-backend 0.11.2), and of the server's signing library.
@nonexhaustive
public enum ErrorReason: String, Sendable, CaseIterable {
  /// The account has less of the asset than the operation or its fee takes.
  case insufficientBalance = "insufficient_balance"
  /// The fee in the transaction is too low.
  case insufficientFee = "insufficient_fee"
  /// The account does not permit PeerID to sign this operation, or no longer does.
  case missingAuthority = "missing_authority"
  /// An identical transaction is on the chain or waits for its block. This call did not add a second transaction.
  case duplicate
  /// The transaction arrived after its expiration.
  case expired
  /// The transaction's expiration is too far in the future.
  case expirationTooFar = "expiration_too_far"
  /// An id names an object that does not exist.
  case unknownObject = "unknown_object"
  /// The transaction refers to a block that the node does not know.
  case unknownReferenceBlock = "unknown_reference_block"
  /// The transaction has an unnecessary signature.
  case irrelevantSignature = "irrelevant_signature"
  /// The operations break another rule of the chain; the message says which.
  case ruleBroken = "rule_broken"
  /// The operations cannot be serialized as a transaction; nothing was sent to the node.
  case invalidTransaction = "invalid_transaction"
  /// The server has no connection to the chain.
  case chainUnreachable = "chain_unreachable"
  /// The node has no method of this name.
  case unknownMethod = "unknown_method"
  /// The application or the user lacks the permission for an operation.
  case missingPermission = "missing_permission"
  /// The server does not know the refresh token, or it was used before.
  case invalidRefreshToken = "invalid_refresh_token"

  /// The name in C programs and in logs, such as `insufficient_balance`.
  public var name: String { rawValue }
}
