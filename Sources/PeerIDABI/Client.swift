// swift-format-ignore-file: ValidateDocumentationComments
// Tools/header checks these comments: what is common to all functions is in the contract.

internal import PeerID

/// Creates a client. Sends nothing.
/// - Parameters:
///   - config: the configuration.
/// - Errors:
///   - `configuration`: the base URL is not usable (no scheme, a user or a query in it, plain HTTP to another machine
///     without the option `allow_http`), or libcurl is too old.
/// - Lifetime: sessions keep what they need of their client, but their calls fail with PEERID_CODE_CLOSED once it is
///   closed.
@_cdecl("peerid_client_create")
public func clientCreate(
  _ config: ConfigHandle?,
  _ outClient: UnsafeMutablePointer<ClientHandle?>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let config = try borrow(config, as: ConfigObject.self, "config")
    let out = try output(outClient, "out_client")
    out.pointee = retained(try Client(config.configuration))
  }
}

/// Reads data of the blockchain through the server. Needs no session. Reading again is always safe.
/// - Parameters:
///   - api: `database`, `network_broadcast`, `history`, `crypto` or `bookie`.
///   - method: a method of that API of a Peerplays node, such as `get_objects`.
///   - params: its parameters as a JSON array. May be NULL when the length is 0. The server receives every value as
///     text.
///   - length: the length of the parameters in bytes.
/// - Errors:
///   - `invalidArgument`: the API is not one of the five, or the parameters are not a JSON array or contain what cannot
///     be sent to the server: null, an empty array or object, deep nesting.
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
  attempt { () throws(PeerIDError) in
    let client = try borrow(client, as: Client.self, "client")
    let out = try output(outResponse, "out_response")
    let response = try client.readChain(
      api: try text(api, "api"),
      method: try text(method, "method"),
      parametersJSON: try bytes(params, length, "params", mayBeNull: true)
    )
    out.pointee = retained(ResponseObject(response))
  }
}

/// Finds an asset by its symbol or its id. It is read from the chain once and kept by the client. Blocks when it is not
/// known yet.
///
/// - Parameters:
///   - client: the client.
///   - name: the symbol, such as `PPY`, or the id, such as `1.3.0`.
///   - outID: receives the asset's id, borrowed from the client; may be NULL.
///   - outSymbol: receives its symbol, borrowed from the client; may be NULL.
///   - outPrecision: receives the decimal places of a whole unit, from 0 to 12; may be NULL.
/// - Returns: NULL on success, otherwise an error that the caller frees.
/// - Errors:
///   - `invalidArgument`: `client` or `name` is NULL, or the chain has no such asset.
///   - `unreachable`, `tls`, `timeout`, `cancelled`, `closed`, `connectionLost`, `protocol`, `rateLimited`, `server`,
///     `tooLarge`, `rejected`, `notPermitted`, `outOfMemory`: as for `peerid_client_read_chain`.
/// - Thread safety: may be called from any thread.
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
    let client = try borrow(client, as: Client.self, "client")
    let asset = try client.assetTexts(try text(name, "name"))
    outID?.pointee = asset.id.cString
    outSymbol?.pointee = asset.symbol.cString
    outPrecision?.pointee = asset.precision
  }
}

/// Closes a client: its calls in flight end with PEERID_CODE_CLOSED within a second, later ones at once. A refresh in
/// flight continues, so that its tokens are not lost. Closing twice is allowed.
@_cdecl("peerid_client_close")
public func clientClose(_ client: ClientHandle?) {
  optional(client, as: Client.self)?.close()
}

/// Waits until no refresh of the client's sessions is in flight and all new tokens are saved. Call it after
/// `peerid_client_close` in a program that ends without running the handlers of `atexit`, such as one in Go, or a child
/// that calls `_exit`.
/// - Parameters:
///   - timeoutMs: the longest wait in milliseconds; 0 or less only asks.
/// - Returns: 1 when nothing is pending, also for NULL; 0 when the time is over. A client that is not closed may start
///   another refresh.
/// - Thread safety: not from a handler or a store callback.
@_cdecl("peerid_client_flush")
public func clientFlush(_ client: ClientHandle?, _ timeoutMs: Int64) -> Int32 {
  optional(client, as: Client.self)?.flush(timeoutMilliseconds: timeoutMs) == false ? 0 : 1
}

/// Closes and frees a client. Its memory is released after its last call and its last session.
@_cdecl("peerid_client_free")
public func clientFree(_ client: ClientHandle?) {
  clientClose(client)
  free(client, as: Client.self)
}
