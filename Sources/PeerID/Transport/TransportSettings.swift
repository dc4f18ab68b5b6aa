/// How connections are made: the part of a client's configuration that the transport needs, checked and final.
struct TransportSettings: Sendable {
  var connectTimeoutMilliseconds: Int64 = 10_000
  var idleConnectionTimeoutSeconds: Int64 = 4
  var maximumIdleConnections: Int64 = 64
  var usesHTTP2 = true
  var usesTLS = true
  var maximumResponseBytes: Int64 = 16 * 1024 * 1024
  var maximumHeaderBytes: Int64 = 256 * 1024
  /// Whether libcurl is kept from sending again by itself.
  var sendsOnce = true
  var caFile: Bytes?
  var proxy: Bytes?
  var userAgent = Bytes("libpeerid/\(Version.text)")
}
