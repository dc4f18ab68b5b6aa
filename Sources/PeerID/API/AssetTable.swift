/// An asset of the chain.
public struct Asset: Sendable, Equatable {
  /// Its object id, such as `1.3.0`.
  public let id: String
  /// Its symbol, such as `PPY`.
  public let symbol: String
  /// The number of decimal places, from 0 to 12.
  public let precision: Int32
}

/// The assets that a client has looked up. An asset's id, symbol and precision never change, so they are cached for the
/// life of the client.
final class AssetTable: @unchecked Sendable {
  /// An asset and its C strings.
  final class Entry: Sendable {
    let asset: Asset
    let id: Bytes
    let symbol: Bytes

    init(_ asset: Asset) {
      self.asset = asset
      id = Bytes(asset.id)
      symbol = Bytes(asset.symbol)
    }
  }

  private let lock = Lock()
  private var entries: [[UInt8]: Entry] = [:]

  /// The asset with this symbol or id, compared byte by byte.
  func entry(_ name: String) -> Entry? {
    lock.withLock { entries[Array(name.utf8)] }
  }

  /// Stores an asset under a name, unless another thread has already done so. Returns the stored asset.
  func keep(_ asset: Asset, as name: String) -> Entry {
    let read = Entry(asset)
    return lock.withLock {
      let kept = entries[Array(name.utf8)] ?? read
      entries[Array(name.utf8)] = kept
      return kept
    }
  }
}
