/// The formats of names on the chain.
enum ChainName: String {
  case account = "account_name"
  case asset = "asset_symbol"
  case nft = "nft_name"
  case permission = "permission_name"

  /// Whether a string has this format.
  func matches(_ text: UnsafeRawBufferPointer) -> Bool {
    switch self {
    case .account:
      let isReserved = text.ends(with: "-dividend-distribution")
      return !isReserved
        && text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { part in
          guard let first = part.first, let last = part.last else { return false }
          return first.isLowerCase && (last.isLowerCase || last.isDigit)
            && part.allSatisfy { $0.isLowerCase || $0.isDigit || $0 == UInt8(ascii: "-") }
        }
    case .asset:
      guard let first = text.first, let last = text.last, first.isUpperCase, last.isUpperCase else { return false }
      return text.filter { $0 == UInt8(ascii: ".") }.count <= 1
        && text.allSatisfy { $0.isUpperCase || $0.isDigit || $0 == UInt8(ascii: ".") }
        && !text.begins(with: "BIT")
    case .nft:
      return text.first.map { $0.isLetter } ?? false
        && text.allSatisfy { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: " ") }
    case .permission:
      return text.first.map { $0.isLowerCase } ?? false && text.allSatisfy { $0.isLowerCase || $0.isDigit }
    }
  }
}
