extension Client {
  /// Finds an asset by its symbol or its id. It is read from the chain once and then cached for the life of the client.
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
    let parameters = JSONLiteral.array([.array([.string(name)])]).compactText
    let answer = try parameters.withBytes { (json) throws(PeerIDError) in
      try readChain(api: "database", method: "lookup_asset_symbols", parametersJSON: json)
    }
    let found = try answer.jsonBytes.withBytes { (json) throws(PeerIDError) in try Self.asset(in: json) }
    guard let found else { throw PeerIDError(.invalidArgument, "the chain has no asset '\(name)'") }
    return engine.assets.keep(found, as: name)
  }

  /// The asset in an answer to `lookup_asset_symbols`; `nil` when there is none.
  private static func asset(in json: UnsafeRawBufferPointer) throws(PeerIDError) -> Asset? {
    let unexpected = PeerIDError(.protocol, "the answer to lookup_asset_symbols describes no asset")
    guard let index = try? JSONIndex(json) else { throw unexpected }
    return try index.withRoot { (root) throws(PeerIDError) in
      guard root.kind == .array, let found = root[0] else { throw unexpected }
      if found.kind == .null { return nil }
      guard let id = found.member("id")?.string, let symbol = found.member("symbol")?.string,
        let precision = found.member("precision")?.wholeNumber.flatMap({ Int32(exactly: $0) }),
        0...Decimals.maximumPrecision ~= precision
      else { throw unexpected }
      return Asset(id: id, symbol: symbol, precision: precision)
    }
  }
}
