internal import CCurl
internal import CLinux

/// Request headers as a libcurl list. A list is created once; any number of transfers may use it at a time.
///
/// A list can continue with another list: a session's token header is followed by the headers that all requests of a
/// client share. So a request allocates nothing for its headers.
final class HeaderList: @unchecked Sendable {
  let head: UnsafeMutablePointer<curl_slist>?
  private let lines: [Bytes]
  private let nodes: UnsafeMutablePointer<curl_slist>
  private let next: HeaderList?

  /// The headers of every request, which ask for uncompressed JSON.
  static let answer = HeaderList([Bytes("Accept: application/json"), Bytes("Accept-Encoding:")])

  /// A list of the header lines, followed by `next`.
  init(_ lines: [Bytes], next: HeaderList? = nil) {
    self.lines = lines
    self.next = next
    nodes = .allocate(capacity: max(lines.count, 1))
    for (index, line) in lines.enumerated() {
      let isLast = index == lines.count - 1
      let following = isLast ? next?.head : nodes + index + 1
      (nodes + index).initialize(to: curl_slist(data: UnsafeMutablePointer(mutating: line.cString), next: following))
    }
    head = lines.isEmpty ? next?.head : nodes
  }

  /// The token in the header `Authorization`.
  var bearerToken: Bytes? {
    for line in lines {
      if line.index(of: "Authorization: Bearer ") == 0 {
        return Bytes(UnsafeRawBufferPointer(rebasing: line.raw.dropFirst(22)), wipes: true)
      }
    }
    return next?.bearerToken
  }

  deinit {
    nodes.deallocate()
  }
}
