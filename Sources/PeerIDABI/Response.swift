internal import PeerID

final class ResponseObject {
  let response: Response
  init(_ response: Response) { self.response = response }
}

/// The whole result as compact JSON. Integers are exact; keys keep the server's order.
///
/// - Parameters:
///   - response: the response.
///   - length: receives the length in bytes; may be NULL.
/// - Returns: JSON borrowed from the response; NULL for NULL.
@_cdecl("peerid_response_json")
public func responseJSON(
  _ response: ResponseHandle?,
  _ length: UnsafeMutablePointer<UInt>?
) -> UnsafePointer<CChar>? {
  lend(peek(response, as: ResponseObject.self)?.response.jsonBytes, length: length)
}

/// The id of the transaction, 40 hexadecimal digits.
///
/// - Parameter response: the response.
/// - Returns: a text borrowed from the response; NULL when the result is not a transaction.
@_cdecl("peerid_response_transaction_id")
public func responseTransactionID(_ response: ResponseHandle?) -> UnsafePointer<CChar>? {
  lend(peek(response, as: ResponseObject.self)?.response.transactionIDBytes)
}

/// The number of the block that holds the transaction.
///
/// - Parameter response: the response.
/// - Returns: the number; -1 when the result is not a transaction.
@_cdecl("peerid_response_block_num")
public func responseBlockNum(_ response: ResponseHandle?) -> Int64 {
  peek(response, as: ResponseObject.self)?.response.blockNumber ?? -1
}

/// The transaction's place in its block.
///
/// - Parameter response: the response.
/// - Returns: the place, from 0; -1 when the result is not a transaction.
@_cdecl("peerid_response_trx_num")
public func responseTrxNum(_ response: ResponseHandle?) -> Int64 {
  peek(response, as: ResponseObject.self)?.response.transactionNumber ?? -1
}

/// How many objects the operations created.
///
/// - Parameter response: the response.
/// - Returns: the number; 0 when the result is not a transaction.
@_cdecl("peerid_response_created_count")
public func responseCreatedCount(_ response: ResponseHandle?) -> UInt {
  UInt(peek(response, as: ResponseObject.self)?.response.createdObjectIDBytes.count ?? 0)
}

/// The id of an object that the operations created, such as `1.22.7`.
///
/// - Parameters:
///   - response: the response.
///   - index: from 0 to `peerid_response_created_count` - 1, in the order of the operations.
/// - Returns: a text borrowed from the response; NULL past the end.
@_cdecl("peerid_response_created_id")
public func responseCreatedID(_ response: ResponseHandle?, _ index: UInt) -> UnsafePointer<CChar>? {
  guard let identifiers = peek(response, as: ResponseObject.self)?.response.createdObjectIDBytes,
    index < UInt(identifiers.count)
  else { return nil }
  return lend(identifiers[Int(index)])
}

/// The token that confirms the transaction, when the application's users sign each request.
///
/// - Parameter response: the response.
/// - Returns: a text borrowed from the response; NULL when the result is not a transaction token.
/// - SeeAlso: `peerid_session_confirm`
@_cdecl("peerid_response_transaction_token")
public func responseTransactionToken(_ response: ResponseHandle?) -> UnsafePointer<CChar>? {
  lend(peek(response, as: ResponseObject.self)?.response.transactionTokenBytes)
}

/// Frees a response.
///
/// - Parameter response: the response; may be NULL.
@_cdecl("peerid_response_free")
public func responseFree(_ response: ResponseHandle?) {
  free(response, as: ResponseObject.self)
}
