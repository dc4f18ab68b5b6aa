internal import CCurl
import Glibc

/// The authorities whose certificates a client trusts.
struct TrustedCertificates: Sendable {
  /// The certificates in PEM form; `nil`: libcurl's own, or those of `file`.
  private(set) var certificates: Bytes?
  /// A file that takes the place of libcurl's own.
  private(set) var file: Bytes?
  /// A directory that takes the place of libcurl's own.
  private(set) var directory: Bytes?

  /// Reads the option `ca_file`, and the variables that the curl command reads: `CURL_CA_BUNDLE`, or else
  /// `SSL_CERT_FILE` and `SSL_CERT_DIR`, which replace the system's certificates.
  ///
  /// The certificates of the option are added to the system's, whatever form those have: libcurl would take the file in
  /// place of the system's bundle.
  init(option: String) throws(PeerIDError) {
    let bundle = Self.variable("CURL_CA_BUNDLE")
    let systemFile = bundle ?? Self.variable("SSL_CERT_FILE")
    let systemDirectory = bundle == nil ? Self.variable("SSL_CERT_DIR") : nil
    file = systemFile.map { Bytes($0) }
    directory = systemDirectory.map { Bytes($0) }
    guard !option.isEmpty else { return }
    let own: Bytes
    switch Self.read(option) {
    case .success(let bytes): own = bytes
    case .failure(let reason):
      throw PeerIDError(.configuration, "option 'ca_file': '\(option)' cannot be read: \(reason.text)")
    }
    guard own.withBytes({ Self.countCertificates($0) }) > 0 else {
      throw PeerIDError(
        .configuration,
        "option 'ca_file': '\(option)' holds no certificates that can be used; it takes a file in PEM form"
      )
    }
    // OpenSSL finds an authority in such a directory when it needs it, and reads a bundle whole for each connection.
    if systemFile == nil, systemDirectory == nil, Self.defaultDirectoryIsHashed {
      file = Bytes(option)
      return
    }
    var system = Bytes("")
    if let path = systemFile ?? Self.defaultFile, case .success(let bytes) = Self.read(path) { system = bytes }
    certificates = own.withBytes { own in
      system.withBytes { system in
        Bytes(capacity: own.count + 1 + system.count) { target in
          let raw = UnsafeMutableRawBufferPointer(target)
          raw.copyMemory(from: own)
          raw[own.count] = UInt8(ascii: "\n")
          UnsafeMutableRawBufferPointer(rebasing: raw[(own.count + 1)...]).copyMemory(from: system)
          return raw.count
        }
      }
    }
  }

  private static func variable(_ name: String) -> String? {
    guard let value = getenv(name), value[0] != 0 else { return nil }
    return String(cString: value)
  }

  /// The system's bundle, as libcurl was built to find it.
  private static var defaultFile: String? {
    (curl_version_info(CCURL_VERSION_NOW)?.pointee.cainfo).map { String(cString: $0) }
  }

  /// Whether the system's directory holds certificates under the names that OpenSSL looks for, `<8 hex digits>.<number>`.
  private static var defaultDirectoryIsHashed: Bool {
    guard let path = curl_version_info(CCURL_VERSION_NOW)?.pointee.capath, let directory = opendir(path) else {
      return false
    }
    defer { closedir(directory) }
    while let entry = readdir(directory) {
      let isHashed = withUnsafeBytes(of: &entry.pointee.d_name) { name in
        name[8] == UInt8(ascii: ".") && name[9] >= 0x30 && name[9] <= 0x39
          && name[..<8].allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x61 && $0 <= 0x66) }
      }
      if isHashed { return true }
    }
    return false
  }

  private struct Unreadable: Error {
    let text: String
    init(_ code: Int32) { text = String(cString: strerror(code)) }
  }

  private static let largestFile = 16 * 1024 * 1024

  private static func read(_ path: String) -> Swift.Result<Bytes, Unreadable> {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return .failure(Unreadable(errno)) }
    defer { _ = close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return .failure(Unreadable(errno)) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      return .failure(Unreadable(status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL))
    }
    guard status.st_size <= largestFile else { return .failure(Unreadable(EFBIG)) }
    var failure: Int32 = 0
    let bytes = Bytes(capacity: Int(status.st_size)) { target in
      var count = 0
      while count < target.count {
        let got = Glibc.read(descriptor, target.baseAddress.unsafelyUnwrapped + count, target.count - count)
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

  /// How many certificates OpenSSL reads from a text in PEM form; 0 when it cannot read all of them.
  private static func countCertificates(_ text: UnsafeRawBufferPointer) -> Int {
    guard var openSSL = Curl.openSSL else { return 1 }
    return Int(ccurl_count_certificates(&openSSL, text.baseAddress, Int32(clamping: text.count)))
  }
}
