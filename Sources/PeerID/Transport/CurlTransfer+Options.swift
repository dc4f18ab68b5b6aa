internal import CCurl

extension CurlTransfer {
  /// libcurl reuses a connection if it has been idle for at most this many whole seconds.
  private var maximumAge: Int { max(Int(settings.idleConnectionTimeoutSeconds) - 1, 0) }

  var keepsConnections: Bool {
    settings.idleConnectionTimeoutSeconds > 0 && settings.maximumIdleConnections > 0
      // In libcurl 8 an age of 0 may mean that there is no limit.
      && (maximumAge > 0 || !Curl.takesNoAgeForNoLimit)
      // Only OpenSSL can report data that was already read and decrypted, and not for the connection to a proxy.
      && (!settings.usesTLS || Curl.openSSL != nil) && !settings.proxy.mayUseTLS
  }

  /// Sets the options that all requests share.
  func setConstantOptions() {
    let me = Unmanaged.passUnretained(self).toOpaque()
    ccurl_setopt_long(handle, CURLOPT_NOSIGNAL, 1)
    // A transfer that is aborted during a name lookup must not wait for the name server.
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
    // A proxy may compress an answer without being asked to (RFC 9110 §12.5.3). `HeaderList.answer` keeps libcurl from
    // asking.
    ccurl_setopt_string(handle, CURLOPT_ACCEPT_ENCODING, "")
    ccurl_setopt_pointer(handle, CURLOPT_ERRORBUFFER, errorText)
    // Look up the name for each new connection, so that an old address is not used after a failover.
    ccurl_setopt_long(handle, CURLOPT_DNS_CACHE_TIMEOUT, 0)
    setTrust(settings.trusted)
    setProxy(settings.proxy)

    ccurl_setopt_data_callback(handle, CURLOPT_WRITEFUNCTION) { data, size, count, context in
      CurlTransfer.from(context).received(data, size * count)
    }
    ccurl_setopt_pointer(handle, CURLOPT_WRITEDATA, me)
    ccurl_setopt_data_callback(handle, CURLOPT_HEADERFUNCTION) { _, size, count, context in
      CurlTransfer.from(context).receivedHeader(size * count)
    }
    ccurl_setopt_pointer(handle, CURLOPT_HEADERDATA, me)
    ccurl_setopt_prerequest_callback(handle) { context, _, _, _, localPort in
      CurlTransfer.from(context).isAboutToSend(localPort)
    }
    ccurl_setopt_pointer(handle, CURLOPT_PREREQDATA, me)
    sockets.attach(to: handle)
  }

  private func setTrust(_ trusted: TrustedCertificates) {
    setLocation(trusted.file, CURLOPT_CAINFO)
    setLocation(trusted.directory, CURLOPT_CAPATH)
    trusted.own?.attach(to: handle)
  }

  private func setLocation(_ location: TrustedCertificates.Location, _ option: CURLoption) {
    switch location {
    case .standard: break
    case .nowhere: ccurl_setopt_pointer(handle, option, nil)
    case .path(let path): ccurl_setopt_string(handle, option, path.cString)
    }
  }

  private func setProxy(_ proxy: Proxy) {
    switch proxy {
    case .fromEnvironment: break
    // An empty string stops libcurl from reading the environment.
    case .none: ccurl_setopt_string(handle, CURLOPT_PROXY, "")
    case .address(let address):
      ccurl_setopt_string(handle, CURLOPT_PROXY, address.cString)
      ccurl_setopt_string(handle, CURLOPT_NOPROXY, "")
    }
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> CurlTransfer {
    // The pointer was set above. The handle calls back only while the transfer is alive.
    Unmanaged<CurlTransfer>.fromOpaque(context.unsafelyUnwrapped).takeUnretainedValue()
  }
}
