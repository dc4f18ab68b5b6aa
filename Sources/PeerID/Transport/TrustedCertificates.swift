internal import CCurl
internal import CLinux

/// The certificate authorities that a client trusts.
struct TrustedCertificates: Sendable {
  /// The certificates of the option `ca_file`.
  let own: CertificateList?
  /// The file from which libcurl reads the system's certificates.
  let file: Location
  /// The directory from which libcurl reads the system's certificates.
  let directory: Location

  enum Location {
    /// The default place of libcurl's build.
    case standard
    case nowhere
    case path(Bytes)
  }

  /// Reads the option `ca_file` and the environment variables that the curl command reads: `CURL_CA_BUNDLE`, otherwise
  /// `SSL_CERT_FILE` and `SSL_CERT_DIR`. The variables replace the system's certificates.
  init(option: String) throws(PeerIDError) {
    let bundle = Self.variable("CURL_CA_BUNDLE")
    let systemFile = bundle ?? Self.variable("SSL_CERT_FILE")
    let systemDirectory = bundle == nil ? Self.variable("SSL_CERT_DIR") : nil
    directory = systemDirectory.map { .path(Bytes($0)) } ?? .standard
    guard !option.isEmpty else {
      file = systemFile.map { .path(Bytes($0)) } ?? .standard
      own = nil
      return
    }
    // libcurl refuses to connect if its default file is missing, as in some containers.
    file = systemFile.map { .path(Bytes($0)) } ?? (Self.hasStandardFile ? .standard : .nowhere)
    guard let openSSL = Curl.openSSL else {
      throw PeerIDError(.configuration, "option 'ca_file' needs a libcurl that uses OpenSSL")
    }
    switch Self.read(option) {
    case .success(let bytes):
      guard let certificates = CertificateList(bytes, openSSL) else {
        throw PeerIDError(
          .configuration,
          "option 'ca_file': '\(option)' holds no certificates that can be used; it takes a file in PEM form"
        )
      }
      own = certificates
    case .failure(let reason):
      throw PeerIDError(.configuration, "option 'ca_file': '\(option)' cannot be read: \(reason.text)")
    }
  }

  private static func variable(_ name: String) -> String? {
    guard let value = getenv(name), value[0] != 0 else { return nil }
    return String(cString: value)
  }

  private static var hasStandardFile: Bool {
    guard let path = curl_version_info(CCURL_VERSION_NOW)?.pointee.cainfo else { return false }
    return access(path, R_OK) == 0
  }

  private struct Unreadable: Error {
    let text: String
    init(_ code: Int32) { text = String(cString: strerror(code)) }
  }

  private static let largestFile = 16 * 1024 * 1024

  private static func read(_ path: String) -> Swift.Result<Bytes, Unreadable> {
    let descriptor = clinux_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return .failure(Unreadable(errno)) }
    defer { _ = close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return .failure(Unreadable(errno)) }
    guard clinux_is_file(status.st_mode) != 0 else {
      return .failure(Unreadable(clinux_is_directory(status.st_mode) != 0 ? EISDIR : EINVAL))
    }
    guard status.st_size <= largestFile else { return .failure(Unreadable(EFBIG)) }
    var failure: Int32 = 0
    let bytes = Bytes(capacity: Int(status.st_size)) { target in
      var count = 0
      while count < target.count {
        let got = CLinux.read(descriptor, target.baseAddress.unsafelyUnwrapped + count, target.count - count)
        if got == 0 { break }
        if got < 0 {
          if errno == EINTR { continue }
          failure = errno
          break
        }
        count += got
      }
      return count
    }
    return failure == 0 ? .success(bytes) : .failure(Unreadable(failure))
  }
}

/// Certificates that are parsed once and shared by all connections of a client.
///
/// With libcurl's own option, `CURLOPT_CAINFO_BLOB`, their text would be copied and compared for every request.
final class CertificateList: @unchecked Sendable {
  private let openSSL: UnsafeMutablePointer<ccurl_openssl>
  private let certificates: UnsafeMutablePointer<ccurl_certificates>

  /// Parses PEM text; returns `nil` if it contains no certificate or an invalid one.
  init?(_ text: Bytes, _ functions: ccurl_openssl) {
    openSSL = .allocate(capacity: 1)
    openSSL.initialize(to: functions)
    certificates = .allocate(capacity: 1)
    certificates.initialize(to: ccurl_certificates(openssl: openSSL, list: nil, count: 0))
    let certificates = certificates
    text.withBytes { text in
      ForkGate.inside { ccurl_read_certificates(certificates, text.baseAddress, Int32(clamping: text.count)) }
    }
    if certificates.pointee.count == 0 { return nil }
  }

  deinit {
    let certificates = certificates
    ForkGate.inside { ccurl_free_certificates(certificates) }
    certificates.deallocate()
    openSSL.deallocate()
  }

  /// Makes the connections of `handle` trust these certificates, as long as the list lives.
  func attach(to handle: UnsafeMutableRawPointer) {
    ccurl_setopt_certificates(handle, certificates)
  }
}
