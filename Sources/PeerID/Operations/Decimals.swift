/// Exact conversions between decimal text and the integers of the chain: amounts, odds and percents. Nothing is
/// rounded.
public enum Decimals {
  /// The maximum number of decimal places of an asset.
  static let maximumPrecision: Int32 = 12

  /// Converts decimal text to an amount in the smallest unit: `12.5` with precision 5 is 1250000.
  ///
  /// - Parameters:
  ///   - text: digits, with at most one point, optionally after a minus sign.
  ///   - precision: the decimal places of the asset, from 0 to 12.
  /// - Returns: the amount in the smallest unit.
  /// - Throws: `invalidArgument` for any other text, more decimals than the precision, or an amount that does not fit
  ///   into 64 bits.
  public static func amount(_ text: String, precision: Int32) throws(PeerIDError) -> Int64 {
    try parse(text, places: try checked(precision), allowsNegative: true, "an amount")
  }

  /// Converts an amount in the smallest unit to decimal text, as wallets show it: a whole number without a point, any
  /// other number with all decimal places.
  public static func text(ofAmount amount: Int64, precision: Int32) throws(PeerIDError) -> String {
    format(amount, places: try checked(precision), keepsZeroes: true)
  }

  /// Converts decimal odds to a backer multiplier: `1.5` is 15000.
  public static func odds(_ text: String) throws(PeerIDError) -> Int64 {
    try parse(text, places: 4, allowsNegative: false, "odds")
  }

  /// Converts a backer multiplier to decimal odds: 15000 is `1.5`.
  public static func text(ofOdds multiplier: Int64) -> String { format(multiplier, places: 4, keepsZeroes: false) }

  /// Converts a percentage to 1/100 percent: `12.34` is 1234.
  public static func percent(_ text: String) throws(PeerIDError) -> Int64 {
    try parse(text, places: 2, allowsNegative: false, "a percent")
  }

  /// Converts 1/100 percent to a percentage: 1234 is `12.34`.
  public static func text(ofPercent share: Int64) -> String { format(share, places: 2, keepsZeroes: false) }

  private static func checked(_ precision: Int32) throws(PeerIDError) -> Int {
    guard 0...maximumPrecision ~= precision else {
      throw PeerIDError(.invalidArgument, "precision is \(precision), but an asset has from 0 to 12 decimal places")
    }
    return Int(precision)
  }

  private static func parse(
    _ text: String,
    places: Int,
    allowsNegative: Bool,
    _ what: StaticString
  ) throws(PeerIDError) -> Int64 {
    let shown = text.cut(to: 60)
    // All digits, and the number of digits after the point.
    var digits: [UInt8] = []
    var decimals: Int?
    var isDecimal = true
    for (index, byte) in text.utf8.enumerated() {
      switch byte {
      case UInt8(ascii: "-") where index == 0 && allowsNegative: digits.append(byte)
      case UInt8(ascii: ".") where decimals == nil && digits.last?.isDigit == true: decimals = 0
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        digits.append(byte)
        decimals = decimals.map { $0 + 1 }
      default: isDecimal = false
      }
    }
    guard isDecimal, digits.last?.isDigit == true, decimals != 0 else {
      throw PeerIDError(.invalidArgument, "'\(shown)' is not \(what): digits with one point at most, such as 12.5")
    }
    let count = decimals ?? 0
    guard count <= places else {
      throw PeerIDError(
        .invalidArgument,
        "'\(shown)' has \(count) decimal places, but \(places) are possible: it is not rounded"
      )
    }
    digits += Array(repeating: UInt8(ascii: "0"), count: places - count)
    guard let number = digits.withUnsafeBytes({ Int64(decimal: $0) }) else {
      throw PeerIDError(.invalidArgument, "'\(shown)' is too large for 64 bits")
    }
    return number
  }

  private static func format(_ number: Int64, places: Int, keepsZeroes: Bool) -> String {
    var digits = Array(String(number.magnitude).utf8)
    if digits.count <= places {
      digits = Array(repeating: UInt8(ascii: "0"), count: places + 1 - digits.count) + digits
    }
    let whole = digits.dropLast(places)
    var decimals = digits.suffix(places)
    if decimals.allSatisfy({ $0 == UInt8(ascii: "0") }) { decimals = [] }
    while !keepsZeroes, decimals.last == UInt8(ascii: "0") { decimals.removeLast() }
    let text =
      String(decoding: whole, as: UTF8.self)
      + (decimals.isEmpty ? "" : "." + String(decoding: decimals, as: UTF8.self))
    return number < 0 ? "-" + text : text
  }
}
