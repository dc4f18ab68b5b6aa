internal import CZlib

/// Bodies with `Content-Encoding: gzip` or `deflate`, unpacked by zlib.
enum Decompression {
  /// Why a body cannot be unpacked.
  enum Failure: Error {
    /// The unpacked body is longer than the limit.
    case tooLarge
    /// The packed bytes are damaged; the text is zlib's.
    case malformed(String)
  }

  /// Unpacks a zlib or gzip stream of at most `limit` unpacked bytes.
  static func inflate(_ packed: [UInt8], limit: Int) throws(Failure) -> [UInt8] {
    var stream = z_stream()
    guard czlib_start_inflating(&stream) == Z_OK else { throw .malformed("out of memory") }
    defer { inflateEnd(&stream) }
    // One byte more than the limit distinguishes "exactly the limit" from "too large".
    var unpacked = [UInt8](repeating: 0, count: limit + 1)
    var input = packed
    let (status, message) = input.withUnsafeMutableBufferPointer { input in
      unpacked.withUnsafeMutableBufferPointer { output in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(output.count)
        let status = CZlib.inflate(&stream, Z_FINISH)
        return (status, stream.msg.map { String(cString: $0) })
      }
    }
    let count = unpacked.count - Int(stream.avail_out)
    if count > limit { throw .tooLarge }
    switch status {
    case Z_STREAM_END: return Array(unpacked[..<count])
    case Z_BUF_ERROR: throw .malformed("unexpected end of file")
    default: throw .malformed(message ?? "incorrect data check")
    }
  }
}
