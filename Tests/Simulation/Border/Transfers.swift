internal import CCurl
import Glibc

// Replaces the libcurl functions that the event loop's driver uses: its requests also go into the simulated network.

/// The transfers of one event loop.
final class MultiHandle {
  let sockets = SocketTable()
  private let message = UnsafeMutablePointer<CURLMsg>.allocate(capacity: 1)
  private var transfers: [CurlTransfer] = []
  private var isWoken = false

  init?() {}

  deinit { message.deallocate() }

  var handle: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

  static func of(_ handle: UnsafeMutableRawPointer?) -> MultiHandle {
    Unmanaged<MultiHandle>.fromOpaque(handle.unsafelyUnwrapped).takeUnretainedValue()
  }

  func add(_ transfer: CurlTransfer) -> Bool {
    transfers.append(transfer)
    transfer.begin(for: ObjectIdentifier(self))
    return true
  }

  func remove(_ transfer: CurlTransfer) {
    transfers.removeAll { $0 === transfer }
  }

  func perform() -> Int32? { 0 }

  /// The next transfer that has ended.
  fileprivate func nextMessage() -> UnsafeMutablePointer<CURLMsg>? {
    guard let ended = transfers.first(where: { $0.hasEnded && !$0.isReported }) else { return nil }
    ended.isReported = true
    message.pointee.msg = CURLMSG_DONE
    message.pointee.easy_handle = ended.handle
    message.pointee.data.result = CURLE_OK
    return message
  }

  fileprivate func wake() {
    isWoken = true
    world.wake(ObjectIdentifier(self))
  }

  fileprivate func sleep(milliseconds: Int64) {
    let end = world.monotonic + milliseconds
    repeat {
      if isWoken || transfers.contains(where: { $0.hasEnded && !$0.isReported }) { break }
      world.wait(for: ObjectIdentifier(self), untilMonotonic: end)
    } while world.monotonic < end
    isWoken = false
    world.letOthersEnd()
  }
}

/// One request of an event loop, and its answer.
final class CurlTransfer {
  enum Driver { case eventLoop }

  private var request: HTTPRequest?
  private var exchange: Exchange?
  private var interruption: CallContext.Interruption?
  private var body: Bytes?
  fileprivate var isReported = false

  init?(settings: TransportSettings, driver: Driver, sockets: SocketTable) {}

  var handle: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }
  /// An answer arrives in one piece.
  var received: Int64 { 0 }
  fileprivate var hasEnded: Bool { exchange.map { !$0.isOpen } ?? false }

  func prepare(_ request: HTTPRequest, context: CallContext) { self.request = request }

  fileprivate func begin(for multi: ObjectIdentifier) {
    isReported = false
    interruption = nil
    exchange = request.map { world.network.begin($0, wakes: multi) }
  }

  func tryAnotherConnection() -> Bool { false }

  func giveUp(_ interruption: CallContext.Interruption) {
    self.interruption = interruption
    exchange?.abandon()
  }

  func outcome(of code: CURLcode) -> Result<HTTPResponse, TransportFailure> {
    guard let exchange, let answer = exchange.answer else {
      if let interruption {
        return .failure(TransportFailure(interruption, mayHaveBeenSent: exchange?.hasLeft ?? false))
      }
      return .failure(exchange?.failure ?? TransportFailure(kind: .unreachable, mayHaveBeenSent: false, reason: ""))
    }
    let body = Bytes(answer.body)
    self.body = body
    return .success(
      HTTPResponse(
        status: answer.status,
        body: body.raw,
        isTruncated: false,
        retryAfterMilliseconds: answer.retryAfter
      )
    )
  }

  func countConnections(_ statistics: Statistics) {}
  func dateMilliseconds() -> Int64? { exchange?.answer?.date }
  func durationMilliseconds() -> Int64 { exchange.map { world.now - $0.begun } ?? 0 }

  func finish() {
    request = nil
    exchange = nil
    body = nil
  }
}

final class SocketTable {}

// libcurl functions that the driver calls, under the same names.

@discardableResult
func ccurl_multi_setopt_long(_ multi: UnsafeMutableRawPointer?, _ option: CURLMoption, _ value: Int) -> CURLMcode {
  CURLM_OK
}

@discardableResult
func curl_multi_wakeup(_ multi: UnsafeMutableRawPointer?) -> CURLMcode {
  MultiHandle.of(multi).wake()
  return CURLM_OK
}

@discardableResult
func curl_multi_poll(
  _ multi: UnsafeMutableRawPointer?,
  _ descriptors: UnsafeMutablePointer<curl_waitfd>?,
  _ count: UInt32,
  _ timeout: Int32,
  _ ready: UnsafeMutablePointer<Int32>?
) -> CURLMcode {
  MultiHandle.of(multi).sleep(milliseconds: Int64(timeout))
  return CURLM_OK
}

func curl_multi_info_read(
  _ multi: UnsafeMutableRawPointer?,
  _ remaining: UnsafeMutablePointer<Int32>
) -> UnsafeMutablePointer<CURLMsg>? {
  MultiHandle.of(multi).nextMessage()
}
