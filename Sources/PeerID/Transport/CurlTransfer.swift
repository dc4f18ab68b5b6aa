internal import CCurl
import Glibc

/// One libcurl easy handle, used by one request at a time and kept for the next one.
final class CurlTransfer {
  let handle: UnsafeMutableRawPointer

  private let settings: TransportSettings
  private let errorText: UnsafeMutablePointer<CChar>
  private var buffer = ResponseBuffer()
  private let sockets: SocketTable
  private var request: HTTPRequest?
  private var context: CallContext?
  private var stop: Stop?
  /// How often libcurl was about to send the request: more than once means that it would send it again by itself.
  private var sendings = 0

  /// Why a callback ended the transfer.
  private enum Stop: Equatable {
    case interrupted(CallContext.Interruption)
    case wouldSendAgain
    case tooLarge
    case outOfMemory
  }

  /// How the handle is driven.
  enum Driver {
    /// By a `BlockingTransfer`, with a connection of its own, for calls that block their thread.
    case blocking
    /// By an event loop, whose connections carry many requests at a time where the server speaks HTTP/2.
    case eventLoop
  }

  /// Makes a handle with everything set that is the same for all requests; `nil` when memory has run out.
  init?(settings: TransportSettings, driver: Driver, sockets: SocketTable) {
    guard let handle = curl_easy_init() else { return nil }
    self.handle = handle
    self.settings = settings
    self.sockets = sockets
    errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText[0] = 0
    setConstantOptions()
    switch driver {
    case .blocking:
      // A blocking call has its connection for itself: HTTP/2 would only add frames to it.
      ccurl_setopt_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    case .eventLoop:
      watchProgress()
      let version = settings.usesHTTP2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1
      ccurl_setopt_long(handle, CURLOPT_HTTP_VERSION, Int(version))
      // Rather wait for the handshake to tell whether a connection can be shared than open one for each request. In
      // the clear there is no handshake, and the wait would last until the first answer.
      ccurl_setopt_long(handle, CURLOPT_PIPEWAIT, settings.usesHTTP2 && settings.usesTLS ? 1 : 0)
    }
  }

  deinit {
    curl_easy_cleanup(handle)
    errorText.deallocate()
  }

  /// Sets what is special to this request.
  func prepare(_ request: HTTPRequest, context: CallContext) {
    self.request = request
    self.context = context
    stop = nil
    sendings = 0
    errorText[0] = 0
    ccurl_setopt_string(handle, CURLOPT_URL, request.url.cString)
    ccurl_setopt_list(handle, CURLOPT_HTTPHEADER, request.headers.head)
    if let body = request.body {
      ccurl_setopt_long(handle, CURLOPT_POST, 1)
      ccurl_setopt_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
      // libcurl reads the body where it is: `request` keeps it until `finish`.
      ccurl_setopt_pointer(handle, CURLOPT_POSTFIELDS, UnsafeMutableRawPointer(mutating: body.cString))
    } else {
      ccurl_setopt_long(handle, CURLOPT_HTTPGET, 1)
    }
    // Zero would mean no limit at all.
    ccurl_setopt_long(handle, CURLOPT_TIMEOUT_MS, Int(max(context.remainingMilliseconds, 1)))
  }

  /// What `code` means; the body of the answer is valid until `finish`.
  func outcome(of code: CURLcode) -> Swift.Result<HTTPResponse, TransportFailure> {
    var status = 0
    if code == CURLE_OK {
      ccurl_getinfo_long(handle, CURLINFO_RESPONSE_CODE, &status)
      return .success(response(status: status, isTruncated: false))
    }
    if stop == nil, headersAreTooLarge { stop = .tooLarge }
    // The status line tells more than what broke behind it.
    if sendings == 1, stop == nil, Self.breaksAnswer(code) {
      ccurl_getinfo_long(handle, CURLINFO_RESPONSE_CODE, &status)
      if status >= 200 { return .success(response(status: status, isTruncated: true)) }
    }
    return .failure(failure(code))
  }

  private static func breaksAnswer(_ code: CURLcode) -> Bool {
    switch code {
    case CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_HTTP2,
      CURLE_HTTP2_STREAM:
      true
    default: false
    }
  }

  /// Whether libcurl has begun to send the request.
  var mayHaveBeenSent: Bool { sendings > 0 }

  /// Forgets the request; the connection stays.
  func finish() {
    buffer.reset(wiping: request?.answerIsSecret ?? false)
    ccurl_setopt_list(handle, CURLOPT_HTTPHEADER, nil)
    ccurl_setopt_pointer(handle, CURLOPT_POSTFIELDS, nil)
    request = nil
    context = nil
  }

  private func response(status: Int, isTruncated: Bool) -> HTTPResponse {
    HTTPResponse(
      status: status,
      body: buffer.bytes,
      isTruncated: isTruncated,
      retryAfterMilliseconds: status == 429 || status == 503 ? retryAfter() : nil
    )
  }

  /// The `Date` of the answer in milliseconds since 1970.
  func dateMilliseconds() -> Int64? {
    headerValue("Date").flatMap(Timestamp.fromHTTPDate)
  }

  private func retryAfter() -> Int64? {
    guard let value = headerValue("Retry-After") else { return nil }
    if let seconds = Int64(String(decoding: value, as: UTF8.self)), 0...86_400 ~= seconds { return seconds * 1000 }
    guard let date = Timestamp.fromHTTPDate(value), let now = dateMilliseconds() else { return nil }
    return min(max(date - now, 0), 86_400_000)
  }

  private func headerValue(_ name: StaticString) -> UnsafeRawBufferPointer? {
    var header: UnsafeMutablePointer<curl_header>?
    let cName = UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
    guard curl_easy_header(handle, cName, 0, UInt32(CURLH_HEADER), -1, &header) == CURLHE_OK,
      let value = header?.pointee.value
    else { return nil }
    return UnsafeRawBufferPointer(start: value, count: strlen(value))
  }
}

// MARK: - What ends a transfer

extension CurlTransfer {
  private func failure(_ code: CURLcode) -> TransportFailure {
    let maySent = sendings > 0
    switch stop {
    case .interrupted(.timedOut): return TransportFailure(kind: .timedOut, mayHaveBeenSent: maySent, reason: "")
    case .interrupted(.cancelled): return TransportFailure(kind: .cancelled, mayHaveBeenSent: maySent, reason: "")
    case .interrupted(.closed): return TransportFailure(kind: .closed, mayHaveBeenSent: maySent, reason: "")
    case .wouldSendAgain:
      return TransportFailure(
        kind: .lost,
        mayHaveBeenSent: true,
        reason: "the connection ended before an answer came, and the request was not sent a second time"
      )
    case .tooLarge:
      let reason = "the answer is larger than \(settings.maximumResponseBytes) bytes (option max_response_bytes)"
      return TransportFailure(kind: .answerTooLarge, mayHaveBeenSent: true, reason: reason)
    case .outOfMemory: return TransportFailure(kind: .outOfMemory, mayHaveBeenSent: maySent, reason: "")
    case nil: break
    }
    let kind: TransportFailure.Kind =
      switch code {
      case CURLE_OPERATION_TIMEDOUT: .timedOut
      // libcurl 7.88 calls a header line that is too long a lack of memory.
      case CURLE_OUT_OF_MEMORY: maySent ? .answerTooLarge : .outOfMemory
      case CURLE_FILESIZE_EXCEEDED: .answerTooLarge
      case CURLE_UNSUPPORTED_PROTOCOL where maySent: .notHTTP
      case _ where maySent: .lost
      case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT, CURLE_SSL_CACERT_BADFILE, CURLE_FAILED_INIT:
        .configuration
      case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
        CURLE_SSL_ISSUER_ERROR, CURLE_USE_SSL_FAILED, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_INVALIDCERTSTATUS,
        CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_CLIENTCERT:
        .tls
      default: .unreachable
      }
    return TransportFailure(kind: kind, mayHaveBeenSent: maySent, reason: reason(code))
  }

  private func reason(_ code: CURLcode) -> String {
    String(cString: errorText[0] == 0 ? curl_easy_strerror(code) : UnsafePointer(errorText))
  }
}

// MARK: - Options and callbacks

extension CurlTransfer {
  private func setConstantOptions() {
    let me = Unmanaged.passUnretained(self).toOpaque()
    // libcurl reuses a connection while its whole seconds of idleness are not more than this number. To libcurl 8 no
    // limit may be 0.
    let maximumAge = max(Int(settings.idleConnectionTimeoutSeconds) - 1, 0)
    let keepsConnections =
      settings.idleConnectionTimeoutSeconds > 0 && settings.maximumIdleConnections > 0
      && (maximumAge > 0 || !Curl.takesNoAgeForNoLimit)
    ccurl_setopt_long(handle, CURLOPT_NOSIGNAL, 1)
    // A transfer that is given up while a name is looked up must not wait for the name server.
    ccurl_setopt_long(handle, CURLOPT_QUICK_EXIT, 1)
    ccurl_setopt_string(handle, CURLOPT_PROTOCOLS_STR, "http,https")
    ccurl_setopt_long(handle, CURLOPT_FOLLOWLOCATION, 0)
    ccurl_setopt_long(handle, CURLOPT_SSL_VERIFYPEER, 1)
    ccurl_setopt_long(handle, CURLOPT_SSL_VERIFYHOST, 2)
    ccurl_setopt_long(handle, CURLOPT_MAXAGE_CONN, maximumAge)
    ccurl_setopt_long(handle, CURLOPT_FORBID_REUSE, keepsConnections ? 0 : 1)
    ccurl_setopt_long(handle, CURLOPT_CONNECTTIMEOUT_MS, Int(settings.connectTimeoutMilliseconds))
    ccurl_setopt_offset(handle, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(settings.maximumResponseBytes))
    ccurl_setopt_string(handle, CURLOPT_USERAGENT, settings.userAgent.cString)
    ccurl_setopt_pointer(handle, CURLOPT_ERRORBUFFER, errorText)
    if let caFile = settings.caFile { ccurl_setopt_string(handle, CURLOPT_CAINFO, caFile.cString) }
    if let proxy = settings.proxy { ccurl_setopt_string(handle, CURLOPT_PROXY, proxy.cString) }

    ccurl_setopt_data_callback(handle, CURLOPT_WRITEFUNCTION) { data, size, count, context in
      CurlTransfer.from(context).received(data, size * count)
    }
    ccurl_setopt_pointer(handle, CURLOPT_WRITEDATA, me)
    ccurl_setopt_prerequest_callback(handle) { context, _, _, _, _ in CurlTransfer.from(context).isAboutToSend() }
    ccurl_setopt_pointer(handle, CURLOPT_PREREQDATA, me)
    sockets.attach(to: handle)
  }

  /// Lets libcurl ask all the time whether the transfer may go on, where nobody else does.
  private func watchProgress() {
    ccurl_setopt_long(handle, CURLOPT_NOPROGRESS, 0)
    ccurl_setopt_progress_callback(handle) { context, _, _, _, _ in CurlTransfer.from(context).mayGoOn() ? 0 : 1 }
    ccurl_setopt_pointer(handle, CURLOPT_XFERINFODATA, Unmanaged.passUnretained(self).toOpaque())
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> CurlTransfer {
    // The pointer is the one set above; the handle calls back only while the transfer lives.
    Unmanaged<CurlTransfer>.fromOpaque(context.unsafelyUnwrapped).takeUnretainedValue()
  }

  private func received(_ data: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
    guard let data else { return 0 }
    if Int64(buffer.count) + Int64(count) > settings.maximumResponseBytes {
      stop = .tooLarge
      return 0
    }
    guard buffer.append(data, count: count) else {
      stop = .outOfMemory
      return 0
    }
    return count
  }

  /// Whether the transfer may go on; if not, its outcome will tell why.
  func mayGoOn() -> Bool {
    if let interruption = context?.interruption() {
      stop = .interrupted(interruption)
      return false
    }
    if headersAreTooLarge { stop = .tooLarge }
    return stop == nil
  }

  /// libcurl 7.88 limits the length of one header, but not their number; later ones limit their sum, with an error that
  /// could mean anything.
  private var headersAreTooLarge: Bool {
    var headerBytes = 0
    ccurl_getinfo_long(handle, CURLINFO_HEADER_SIZE, &headerBytes)
    return headerBytes > Int(settings.maximumHeaderBytes)
  }

  /// Called when the connection stands and the first byte of the request is about to leave.
  ///
  /// libcurl sends a request again by itself when a reused connection ends before the first byte of an answer: the
  /// server may have done what it asked. So whatever changes something is sent once.
  private func isAboutToSend() -> Int32 {
    sendings += 1
    if sendings > 1, request?.effect == .changes, settings.sendsOnce {
      stop = .wouldSendAgain
      return CCURL_PREREQFUNC_ABORT
    }
    return CCURL_PREREQFUNC_OK
  }
}
