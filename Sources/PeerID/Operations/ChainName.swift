/// The formats of names on the chain.
enum ChainName: String {
  case account = "account_name"
  case asset = "asset_symbol"
  case nft = "nft_name"
  case permission = "permission_name"

  /// Whether a text has this format.
  func matches(_ text: UnsafeRawBufferPointer) -> Bool {
    switch self {
    case .account:
      let isReserved = text.ends(with: "-dividend-distribution")
      return !isReserved
        && text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { part in
          guard let first = part.first, let last = part.last else { return false }
          return isLower(first) && (isLower(last) || isDigit(last))
            && part.allSatisfy { isLower($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
        }
    case .asset:
      guard let first = text.first, let last = text.last, isUpper(first), isUpper(last) else { return false }
      return text.filter { $0 == UInt8(ascii: ".") }.count <= 1
        && text.allSatisfy { isUpper($0) || isDigit($0) || $0 == UInt8(ascii: ".") }
        && !text.begins(with: "BIT")
    case .nft:
      return text.first.map { isLower($0 | 0x20) } ?? false
        && text.allSatisfy { isLower($0 | 0x20) || isDigit($0) || $0 == UInt8(ascii: " ") }
    case .permission:
      return text.first.map(isLower) ?? false && text.allSatisfy { isLower($0) || isDigit($0) }
    }
  }

  private func isLower(_ byte: UInt8) -> Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte }
  private func isUpper(_ byte: UInt8) -> Bool { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte }
  private func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
}
