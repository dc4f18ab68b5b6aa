// swift-format-ignore-file: ValidateDocumentationComments
// Tools/header checks these comments. Facts that apply to all functions are in Contract.swift.

internal import PeerID

/// Creates a client. Sends nothing.
/// - Parameters:
///   - config: the configuration.
/// - Errors:
///   - `configuration`: the base URL is not usable (no scheme, a user or a query in it, plain HTTP to another machine
///     without the option `allow_http`), or libcurl is too old.
/// - Lifetime: sessions may outlive their client. After the client was closed, their calls fail with
///   PEERID_CODE_CLOSED.
@_cdecl("peerid_client_create")
public func clientCreate(
  _ config: ConfigHandle?,
  _ outClient: UnsafeMutablePointer<ClientHandle?>?
) -> ErrorHandle? {
  returning(outClient, "out_client") { () throws(PeerIDError) in
    let config: ConfigObject = try borrow(config)
    StaticNames.prepare()
    return try Client(config.configuration)
  }
}

/// Reads the blockchain through the server. Needs no session. Repeating a read is always safe, but the API
/// `network_broadcast` changes the chain: such a call is sent once.
/// - Parameters:
///   - api: `database`, `network_broadcast`, `history`, `crypto` or `bookie`.
///   - method: a method of that API of a Peerplays node, such as `get_objects`.
///   - params: its parameters as a JSON array. May be NULL when the length is 0. The server receives every value as
///     text.
///   - length: the length of the parameters in bytes.
/// - Errors:
///   - `invalidArgument`: the API is not one of the five, the parameters are not a JSON array, or they contain a value
///     that cannot be sent to the server: null, an empty array or object, or deep nesting.
/// - Source: `GET /api/v1/app/blockchain-data`, measured on the backend.
@_cdecl("peerid_client_read_chain")
public func clientReadChain(
  _ client: ClientHandle?,
  _ api: UnsafePointer<CChar>?,
  _ method: UnsafePointer<CChar>?,
  _ params: UnsafePointer<CChar>?,
  _ length: UInt,
  _ outResponse: UnsafeMutablePointer<ResponseHandle?>?
) -> ErrorHandle? {
  respond(client, outResponse) { (client: Client) throws(PeerIDError) in
    try client.readChainCall(
      api: try text(api, "api"),
      method: try text(method, "method"),
      parametersJSON: try bytes(params, length, "params", mayBeNull: true)
    )
  }
}

/// Finds an asset by its symbol or its id. The client reads the asset from the chain once and then caches it.
/// - Parameters:
///   - name: the symbol, such as `PPY`, or the id, such as `1.3.0`.
///   - outID: receives the asset's id, borrowed from the client; may be NULL.
///   - outSymbol: receives the asset's symbol, borrowed from the client; may be NULL.
///   - outPrecision: receives the number of decimal places, from 0 to 12; may be NULL.
/// - Errors:
///   - `invalidArgument`: the chain has no such asset.
/// - Source: `lookup_asset_symbols` of a Peerplays node.
/// - SeeAlso: `peerid_amount_parse`
@_cdecl("peerid_client_asset")
public func clientAsset(
  _ client: ClientHandle?,
  _ name: UnsafePointer<CChar>?,
  _ outID: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
  _ outSymbol: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
  _ outPrecision: UnsafeMutablePointer<Int32>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let client: Client = try borrow(client)
    let asset = try client.assetTexts(try text(name, "name"))
    outID?.pointee = asset.id.cString
    outSymbol?.pointee = asset.symbol.cString
    outPrecision?.pointee = asset.precision
  }
}
