/// The part of a client's configuration that the transport needs, checked.
struct TransportSettings: Sendable {
  let connectTimeoutMilliseconds: Int64
  let idleConnectionTimeoutSeconds: Int64
  let maximumIdleConnections: Int64
  let usesHTTP2: Bool
  let usesTLS: Bool
  let maximumResponseBytes: Int64
  let maximumHeaderBytes: Int64 = 256 * 1024
  let trusted: TrustedCertificates
  let proxy: Proxy
  let userAgent: Bytes

  /// - Throws: `configuration` when the value of an option cannot be used, with the option's name.
  init(_ options: Options, endpoints: Endpoints) throws(PeerIDError) {
    connectTimeoutMilliseconds = options.connectTimeoutMilliseconds
    idleConnectionTimeoutSeconds = options.idleConnectionTimeoutSeconds
    maximumIdleConnections = options.maximumIdleConnections
    usesHTTP2 = options.usesHTTP2
    usesTLS = endpoints.usesTLS
    maximumResponseBytes = options.maximumResponseBytes
    trusted = try TrustedCertificates(option: options.caFile)
    proxy = try Proxy(option: options.proxy, isLoopback: endpoints.isLoopback)
    let suffix = options.userAgentSuffix.isEmpty ? "" : " \(options.userAgentSuffix)"
    userAgent = Bytes("libpeerid/\(Version.text)\(suffix)")
  }
}
