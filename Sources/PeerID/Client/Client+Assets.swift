extension Client {
  /// Finds an asset by its symbol or its id. The asset is read from the chain once and then cached for the life of the
  /// client.
  ///
  /// - Parameter name: the symbol, such as `PPY`, or the id, such as `1.3.0`.
  /// - Returns: the asset's id, symbol and precision.
  /// - Throws: `invalidArgument` when the chain has no such asset; otherwise as `readChain`.
  public func asset(_ name: String) throws(PeerIDError) -> Asset {
    try assetEntry(name).asset
  }

  /// The C strings of an asset; they live as long as the client.
  package func assetTexts(_ name: String) throws(PeerIDError) -> (id: Bytes, symbol: Bytes, precision: Int32) {
    let entry = try assetEntry(name)
    return (entry.id, entry.symbol, entry.asset.precision)
  }

  private func assetEntry(_ name: String) throws(PeerIDError) -> AssetTable.Entry {
    guard !name.isEmpty else {
      throw PeerIDError(.invalidArgument, "the asset's name is empty: give a symbol or an id")
    }
    if let known = engine.assets.entry(name) { return known }
    let reader = ChainReader { (api, method, parameters) throws(PeerIDError) in
      let call = try parameters.withBytes { (json) throws(PeerIDError) in
        try self.readChainCall(api: api, method: method, parametersJSON: json)
      }
      return try self.engine.response(of: call)
    }
    let found = try reader.read("database", "lookup_asset_symbols", [.array([.string(name)])], Self.asset)
    guard let found else { throw PeerIDError(.invalidArgument, .notDone, "the chain has no asset '\(name)'") }
    return engine.assets.keep(found, as: name)
  }

  /// The asset in an answer to `lookup_asset_symbols`; `.some(nil)` if the answer is `null`: there is no such asset.
  private static func asset(in answer: JSONIndex.Value) -> Asset?? {
    guard let found = answer[0] else { return nil }
    if found.kind == .null { return .some(nil) }
    guard let id = found.member("id")?.string, let symbol = found.member("symbol")?.string,
      let precision = found.member("precision")?.wholeNumber.flatMap({ Int32(exactly: $0) }),
      0...Decimals.maximumPrecision ~= precision
    else { return nil }
    return Asset(id: id, symbol: symbol, precision: precision)
  }
}
