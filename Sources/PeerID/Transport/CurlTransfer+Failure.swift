internal import CCurl
internal import CLinux

extension CurlTransfer {
  /// Why the transfer failed, and whether the request may have been sent.
  func failure(_ code: CURLcode) -> TransportFailure {
    let maySent = sendings > 0
    switch stop {
    case .interrupted(.timedOut): return TransportFailure(kind: .timedOut, mayHaveBeenSent: maySent, reason: "")
    case .interrupted(.cancelled): return TransportFailure(kind: .cancelled, mayHaveBeenSent: maySent, reason: "")
    case .interrupted(.closed): return TransportFailure(kind: .closed, mayHaveBeenSent: maySent, reason: "")
    case .staleConnection: return TransportFailure(kind: .unreachable, mayHaveBeenSent: false, reason: "")
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
      case CURLE_OUT_OF_MEMORY: holdsEndlessHeader ? .answerTooLarge : .outOfMemory
      case CURLE_FILESIZE_EXCEEDED: .answerTooLarge
      case CURLE_UNSUPPORTED_PROTOCOL where maySent: .notHTTP
      case _ where maySent: .lost
      case _ where refusesProxy: .configuration
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

  private var refusesProxy: Bool { strstr(errorText, "Unsupported proxy") != nil }

  private func reason(_ code: CURLcode) -> String {
    // libcurl quotes the whole URL of a proxy that it cannot parse, including the password.
    if refusesProxy { return "the environment names a proxy that libcurl does not understand" }
    return String(cString: errorText[0] == 0 ? curl_easy_strerror(code) : UnsafePointer(errorText))
  }
}
