// swift-format-ignore-file: ValidateDocumentationComments
// Tools/header checks these comments. Facts that apply to all functions are in Contract.swift.

internal import PeerID

/// Returns the whole result as compact JSON. Integers are exact; keys keep the server's order.
/// - Returns: JSON borrowed from the response.
@_cdecl("peerid_response_json")
public func responseJSON(
  _ response: ResponseHandle?,
  _ outLength: UnsafeMutablePointer<UInt>?
) -> UnsafePointer<CChar>? {
  borrowed(optional(response, as: Response.self)?.jsonBytes, length: outLength)
}

/// Returns the id of the transaction, 40 hexadecimal digits.
/// - Returns: a string borrowed from the response; NULL if the result is not a transaction: after a chain read, or if
///   the user has to sign first (`peerid_response_transaction_token`).
@_cdecl("peerid_response_transaction_id")
public func responseTransactionID(_ response: ResponseHandle?) -> UnsafePointer<CChar>? {
  borrowed(optional(response, as: Response.self)?.transactionIDBytes)
}

/// Returns the number of the block that contains the transaction.
/// - Returns: the number; -1 if the result is not a transaction.
@_cdecl("peerid_response_block_num")
public func responseBlockNum(_ response: ResponseHandle?) -> Int64 {
  optional(response, as: Response.self)?.blockNumber ?? -1
}

/// Returns the position of the transaction in its block.
/// - Returns: the position, from 0; -1 if the result is not a transaction.
@_cdecl("peerid_response_trx_num")
public func responseTrxNum(_ response: ResponseHandle?) -> Int64 {
  optional(response, as: Response.self)?.transactionNumber ?? -1
}

/// Returns how many objects the operations created.
/// - Returns: the number; 0 if the result is not a transaction.
@_cdecl("peerid_response_created_count")
public func responseCreatedCount(_ response: ResponseHandle?) -> UInt {
  UInt(optional(response, as: Response.self)?.createdObjectIDBytes.count ?? 0)
}

/// Returns the id of an object that the operations created, such as `1.22.7`.
/// - Parameters:
///   - index: from 0 to `peerid_response_created_count` - 1, in the order of the operations.
/// - Returns: a string borrowed from the response; NULL past the end.
@_cdecl("peerid_response_created_id")
public func responseCreatedID(_ response: ResponseHandle?, _ index: UInt) -> UnsafePointer<CChar>? {
  guard let identifiers = optional(response, as: Response.self)?.createdObjectIDBytes,
    index < UInt(identifiers.count)
  else { return nil }
  return borrowed(identifiers[Int(index)])
}

/// Returns the token that confirms the transaction, if the application's users have to sign each request.
/// - Returns: a string borrowed from the response; NULL if the result is not a transaction token.
/// - SeeAlso: `peerid_session_confirm`
@_cdecl("peerid_response_transaction_token")
public func responseTransactionToken(_ response: ResponseHandle?) -> UnsafePointer<CChar>? {
  borrowed(optional(response, as: Response.self)?.transactionTokenBytes)
}

/// Frees a response.
@_cdecl("peerid_response_free")
public func responseFree(_ response: ResponseHandle?) {
  free(response, as: Response.self)
}
