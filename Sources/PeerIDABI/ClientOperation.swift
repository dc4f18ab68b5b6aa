// swift-format-ignore-file: ValidateDocumentationComments
// Tools/header checks these comments. Facts that apply to all functions are in Contract.swift.

internal import PeerID

/// Checks that the server is a PeerID server and accepts the application's id and secret. Call it when a program
/// starts. The check sends one request, which changes nothing: a refresh with a token that does not exist.
///
/// The check does not show whether users have granted operations, or whether redirect URIs are registered.
/// - Errors:
///   - `rejected`: the server does not know the application, or the secret is wrong.
///   - `protocol`: the server is not a PeerID server.
/// - Source: `POST /api/v1/auth/refreshtoken` checks the client id and secret before the refresh token (measured on the
///   backend).
@_cdecl("peerid_client_check")
public func clientCheck(_ client: ClientHandle?) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    try borrow(client, as: Client.self).check()
  }
}

/// Replaces the client secret, for instance after it was changed at PeerID. Sessions continue to work. Sends nothing.
/// - Parameters:
///   - clientSecret: the new secret.
/// - Errors:
///   - `invalidArgument`: the secret is empty.
@_cdecl("peerid_client_set_secret")
public func clientSetSecret(_ client: ClientHandle?, _ clientSecret: UnsafePointer<CChar>?) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    try borrow(client, as: Client.self).setSecret(try secret(clientSecret, "client_secret"))
  }
}

/// Returns statistics of the client's calls since the client was created; in the child of a `fork`, since the child
/// first used it. Sends nothing and takes microseconds.
///
/// The result is an object:
/// - `calls`: for each kind of call (`login`, `exchange`, `restore`, `open`, `submit`, `confirm`, `broadcast`,
///   `read_chain`, `mark`, `settle`, `refresh`, `acquire_token`, `logout`, `check`): how many `succeeded`, and how many
///   failed with the outcomes `not_sent`, `not_done` and `unknown`.
/// - `in_flight`: calls that have not ended, `blocking` and `asynchronous`.
/// - `resends_after_401`: requests that were resent with a new token.
/// - `refreshes`: how many were `started`, and ended as `renewed`, `found_newer` (the store, another session or a login
///   had newer tokens), `rejected` (the server refused the refresh token), `failed` (the tokens are unchanged) or
///   `unknown`; `waits` counts calls that waited for a refresh.
/// - `store`: how many `locks` were taken, `lock_wait_us` (the total wait for them in microseconds), and `failures` of
///   refreshes and saves.
/// - `connections`: how many requests `opened` a connection, and how many `reused` one.
/// - `latency_us`: for `operations` (submit, confirm, broadcast), `reads` and `logins`: `count`, `p50`, `p90`, `p99`,
///   `p999` and `max` in microseconds. The percentiles are at most 12.5 percent too high.
/// - Parameters:
///   - outResponse: receives the result, to be read with `peerid_response_json`; free it with `peerid_response_free`.
@_cdecl("peerid_client_statistics")
public func clientStatistics(
  _ client: ClientHandle?,
  _ outResponse: UnsafeMutablePointer<ResponseHandle?>?
) -> ErrorHandle? {
  returning(outResponse, "out_response") { () throws(PeerIDError) in
    try borrow(client, as: Client.self).statisticsResponse()
  }
}
