internal import CCurl
internal import CLinux

/// A libcurl easy handle, used by one request at a time and kept for the next.
final class CurlTransfer {
  let handle: UnsafeMutableRawPointer

  let settings: TransportSettings
  let errorText: UnsafeMutablePointer<CChar>
  private var buffer = ResponseBuffer()
  let sockets: SocketTable
  private var request: HTTPRequest?
  private var context: CallContext?
  private(set) var stop: Stop?
  /// The connection that the request was sent on.
  private var use: SocketTable.Use?
  /// Whether the answer to the request has begun.
  private var hasBegun = false
  private var headerBytes: Int64 = 0
  /// How many times libcurl was about to send the request. A number above 1 means that libcurl tried to resend the
  /// request by itself.
  private(set) var sendings = 0
  /// Whether libcurl may have retried the last request.
  private var mayHaveRetried = false
  private let driver: Driver

  /// Why a callback ended the transfer.
  enum Stop: Equatable {
    case interrupted(CallContext.Interruption)
    case wouldSendAgain
    case staleConnection
    case tooLarge
    case outOfMemory
  }

  /// What drives the handle.
  enum Driver {
    /// A `BlockingTransfer`, which has its own connection, for blocking calls.
    case blocking
    /// An event loop, whose connections carry many requests at a time if the server supports HTTP/2.
    case eventLoop
  }

  /// Creates a handle and sets the options that all requests share; returns `nil` when memory has run out.
  convenience init?(settings: TransportSettings, driver: Driver, sockets: SocketTable) {
    guard let handle = ForkGate.inside({ curl_easy_init() }) else { return nil }
    self.init(handle, settings, driver, sockets)
  }

  private init(
    _ handle: UnsafeMutableRawPointer,
    _ settings: TransportSettings,
    _ driver: Driver,
    _ sockets: SocketTable
  ) {
    self.handle = handle
    self.settings = settings
    self.sockets = sockets
    errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText[0] = 0
    self.driver = driver
    setOptions()
  }

  private func setOptions() {
    setConstantOptions()
    switch driver {
    case .blocking:
      // A blocking call does not share its connection: HTTP/2 would only add overhead.
      ccurl_setopt_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    case .eventLoop:
      let version = settings.usesHTTP2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1
      ccurl_setopt_long(handle, CURLOPT_HTTP_VERSION, Int(version))
      // Let requests wait for the TLS handshake, which shows whether they can share the connection, instead of each
      // opening a connection. Without TLS, requests would wait for the first answer.
      ccurl_setopt_long(handle, CURLOPT_PIPEWAIT, settings.usesHTTP2 && settings.usesTLS ? 1 : 0)
    }
  }

  deinit {
    let handle = handle
    ForkGate.inside { curl_easy_cleanup(handle) }
    errorText.deallocate()
  }

  /// Sets the options of this request.
  func prepare(_ request: HTTPRequest, context: CallContext) {
    if mayHaveRetried {
      // libcurl counts its retries for all requests of a handle together, and gives up on the sixth.
      curl_easy_reset(handle)
      setOptions()
      mayHaveRetried = false
    }
    self.request = request
    self.context = context
    stop = nil
    sendings = 0
    headerBytes = 0
    errorText[0] = 0
    ccurl_setopt_string(handle, CURLOPT_URL, request.url.cString)
    ccurl_setopt_list(handle, CURLOPT_HTTPHEADER, request.headers.head)
    if let body = request.body {
      ccurl_setopt_long(handle, CURLOPT_POST, 1)
      ccurl_setopt_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
      // libcurl does not copy the body; `request` keeps it alive until `finish`.
      ccurl_setopt_pointer(handle, CURLOPT_POSTFIELDS, UnsafeMutableRawPointer(mutating: body.cString))
    } else {
      ccurl_setopt_long(handle, CURLOPT_HTTPGET, 1)
    }
    // The driver enforces the deadline, because libcurl checks its own before it reads an answer that has arrived.
  }

  /// Converts libcurl's result to an answer or a failure. The answer's body is valid until `finish`.
  func outcome(of code: CURLcode) -> Swift.Result<HTTPResponse, TransportFailure> {
    mayHaveRetried = code != CURLE_OK || sendings > 1
    var status = 0
    if code == CURLE_OK {
      ccurl_getinfo_long(handle, CURLINFO_RESPONSE_CODE, &status)
      return .success(response(status: status, isTruncated: false))
    }
    // If a status line has arrived, the status is more useful than the error that followed.
    if sendings == 1, stop == nil, Self.breaksAnswer(code) {
      ccurl_getinfo_long(handle, CURLINFO_RESPONSE_CODE, &status)
      if status >= 200 { return .success(response(status: status, isTruncated: true, code)) }
    }
    return .failure(failure(code))
  }

  /// Counts the connections that the request needed.
  func countConnections(_ statistics: Statistics) {
    var opened = 0
    ccurl_getinfo_long(handle, CURLINFO_NUM_CONNECTS, &opened)
    if opened > 0 {
      statistics.add(.connectionsOpened, Int64(opened))
    } else if mayHaveBeenSent {
      statistics.add(.connectionsReused)
    }
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

  /// How many bytes of an answer have arrived.
  var received: Int64 { headerBytes + Int64(buffer.count) }

  /// Makes the transfer end before its answer has arrived.
  func giveUp(_ interruption: CallContext.Interruption) {
    stop = .interrupted(interruption)
  }

  /// Whether the request was not sent, because the reused connection had unread data.
  var foundStaleConnection: Bool { stop == .staleConnection }

  /// Prepares the transfer for another attempt on another connection; returns `false` if that is not needed.
  func tryAnotherConnection() -> Bool {
    guard foundStaleConnection else { return false }
    stop = nil
    errorText[0] = 0
    ccurl_setopt_long(handle, CURLOPT_FORBID_REUSE, keepsConnections ? 0 : 1)
    return true
  }

  /// Releases the request; the connection stays open.
  func finish() {
    endUse()
    buffer.reset(wiping: request?.kind.answersWithTokens ?? false)
    ccurl_setopt_list(handle, CURLOPT_HTTPHEADER, nil)
    ccurl_setopt_pointer(handle, CURLOPT_POSTFIELDS, nil)
    request = nil
    context = nil
  }

  private func response(status: Int, isTruncated: Bool, _ code: CURLcode = CURLE_OK) -> HTTPResponse {
    HTTPResponse(
      status: status,
      body: buffer.body,
      isTruncated: isTruncated,
      isUndecodable: code == CURLE_BAD_CONTENT_ENCODING,
      request: request,
      proxy: settings.proxy,
      retryAfterMilliseconds: status == 429 || status == 503 ? retryAfter() : nil
    )
  }

  /// The `Date` of the answer in milliseconds since 1970.
  func dateMilliseconds() -> Int64? {
    headerValue("Date").flatMap(HTTPDate.milliseconds)
  }

  /// How long the request and its answer took on an open connection, in milliseconds.
  func durationMilliseconds() -> Int64 {
    var total: curl_off_t = 0
    var before: curl_off_t = 0
    ccurl_getinfo_offset(handle, CURLINFO_TOTAL_TIME_T, &total)
    ccurl_getinfo_offset(handle, CURLINFO_PRETRANSFER_TIME_T, &before)
    return Int64(max(total - before, 0)) / 1000
  }

  private func retryAfter() -> Int64? {
    headerValue("Retry-After").map {
      RetryAfter.milliseconds($0, nowMilliseconds: dateMilliseconds() ?? Clock.wallMilliseconds())
    }
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

// MARK: - Callbacks

extension CurlTransfer {
  func received(_ data: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
    guard let data else { return 0 }
    if Int64(buffer.count) + Int64(count) > settings.maximumResponseBytes {
      stop = .tooLarge
      return 0
    }
    guard buffer.append(data, count: count, expected: expectedBytes()) else {
      stop = .outOfMemory
      return 0
    }
    return count
  }

  /// The length of the body as its header says, up to the limit; 0 or less if there is none.
  private func expectedBytes() -> Int {
    var length: curl_off_t = 0
    ccurl_getinfo_offset(handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length)
    return Int(min(Int64(length), settings.maximumResponseBytes))
  }

  /// Limits the total length of headers. libcurl 7.88 limits only the length of each header; later versions limit the
  /// sum, but with an unspecific error.
  func receivedHeader(_ count: Int) -> Int {
    if !hasBegun {
      // The next request may use this connection before this one is released.
      hasBegun = true
      noteUse(isOver: false)
    }
    headerBytes += Int64(count)
    if headerBytes > settings.maximumHeaderBytes {
      stop = .tooLarge
      return 0
    }
    return count
  }

  /// Whether an endless header line has arrived: libcurl 7.88 reports a line of more than 100 kB as a lack of memory.
  var holdsEndlessHeader: Bool {
    guard let use else { return false }
    return sockets.hasReceivedMuch(on: use)
  }

  /// Called when the connection is open, before the first byte of the request is sent.
  ///
  /// When a reused connection ends before the first byte of an answer, libcurl resends the request, although the server
  /// may already have carried it out. This callback prevents such a resend for requests that change something.
  ///
  /// This callback also refuses a connection on which data has arrived after the last answer, such as a late HTTP 408.
  /// libcurl 7.88 would read that data as the answer to this request, and the real answer as the answer to the next
  /// request. Data that arrives after this check cannot be detected.
  ///
  /// A call whose time is over sends nothing.
  func isAboutToSend(_ localPort: Int32) -> Int32 {
    if sendings > 0, request?.kind.changesSomething == true {
      stop = .wouldSendAgain
      return CCURL_PREREQFUNC_ABORT
    }
    // The process may have been stopped while the connection was opened.
    if let interruption = context?.knownInterruption {
      giveUp(interruption)
      return CCURL_PREREQFUNC_ABORT
    }
    endUse()
    use = sockets.begin(localPort: localPort)
    if let use, use.mustBeSilent, hasUnread(use.descriptor) {
      stop = .staleConnection
      endUse()
      ccurl_setopt_long(handle, CURLOPT_FORBID_REUSE, 1)
      return CCURL_PREREQFUNC_ABORT
    }
    hasBegun = false
    sendings += 1
    return CCURL_PREREQFUNC_OK
  }

  private func hasUnread(_ descriptor: Int32) -> Bool {
    guard settings.usesTLS else { return ccurl_has_unread(descriptor) != 0 }
    guard var openSSL = Curl.openSSL, let connection = ccurl_tls_connection(handle) else { return true }
    return ccurl_tls_has_unread(&openSSL, connection, descriptor) != 0
  }

  private func endUse() {
    noteUse(isOver: true)
    use = nil
  }

  private func noteUse(isOver: Bool) {
    guard let use else { return }
    var version = 0
    ccurl_getinfo_long(handle, CURLINFO_HTTP_VERSION, &version)
    sockets.note(use, version: version, isOver: isOver)
  }
}
