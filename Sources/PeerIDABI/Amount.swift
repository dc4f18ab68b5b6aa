// swift-format-ignore-file: ValidateDocumentationComments
// Tools/header checks these comments. Facts that apply to all functions are in Contract.swift.

internal import PeerID

// Exact conversions between decimal text and the integers of the chain.

/// Converts decimal text to an amount in the smallest unit. With precision 5, `12.5` is 1250000.
/// - Parameters:
///   - text: digits with at most one point, and a minus before a negative amount; nothing is rounded.
///   - precision: the decimal places of the asset, from 0 to 12.
///   - outAmount: receives the amount in the smallest unit of the asset.
/// - Errors:
///   - `invalidArgument`: the text is not a decimal number, it has more than `precision` decimal places, the number
///     does not fit into 64 bits, or the precision is not from 0 to 12.
@_cdecl("peerid_amount_parse")
public func amountParse(
  _ text: UnsafePointer<CChar>?,
  _ precision: Int32,
  _ outAmount: UnsafeMutablePointer<Int64>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let number = try required(outAmount, "out_amount")
    number.pointee = try Decimals.amount(try PeerIDABI.text(text, "text"), precision: precision)
  }
}

/// Converts an amount in the smallest unit to decimal text, as wallets show it: a whole number without a point, any
/// other number with all decimal places.
/// - Parameters:
///   - amount: the amount in the smallest unit of the asset.
///   - precision: the decimal places of the asset, from 0 to 12.
///   - capacity: the size of the buffer in bytes; 40 bytes are always enough.
///   - outText: receives the text and a NUL.
/// - Errors:
///   - `invalidArgument`: the buffer is too small, or the precision is not from 0 to 12.
@_cdecl("peerid_amount_format")
public func amountFormat(
  _ amount: Int64,
  _ precision: Int32,
  _ capacity: UInt,
  _ outText: UnsafeMutablePointer<CChar>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    try fill(outText, capacity, with: try Decimals.text(ofAmount: amount, precision: precision))
  }
}

/// Converts decimal odds to a backer multiplier: `1.5` is 15000.
/// - Parameters:
///   - text: digits with at most one point; nothing is rounded.
///   - outMultiplier: receives the odds in 1/10000.
/// - Errors:
///   - `invalidArgument`: the text is not a decimal number, it has more than 4 decimal places, or
///     it does not fit into 64 bits.
@_cdecl("peerid_odds_parse")
public func oddsParse(
  _ text: UnsafePointer<CChar>?,
  _ outMultiplier: UnsafeMutablePointer<Int64>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let number = try required(outMultiplier, "out_multiplier")
    number.pointee = try Decimals.odds(try PeerIDABI.text(text, "text"))
  }
}

/// Converts a backer multiplier to decimal odds: 15000 is `1.5`.
/// - Parameters:
///   - multiplier: the odds in 1/10000.
///   - capacity: the size of the buffer in bytes; 40 bytes are always enough.
///   - outText: receives the text and a NUL.
/// - Errors:
///   - `invalidArgument`: the buffer is too small.
@_cdecl("peerid_odds_format")
public func oddsFormat(
  _ multiplier: Int64,
  _ capacity: UInt,
  _ outText: UnsafeMutablePointer<CChar>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    try fill(outText, capacity, with: Decimals.text(ofOdds: multiplier))
  }
}

/// Converts a percentage to 1/100 percent: `12.34` is 1234.
/// - Parameters:
///   - text: digits with at most one point; nothing is rounded.
///   - outShare: receives the percentage in 1/100 percent.
/// - Errors:
///   - `invalidArgument`: the text is not a decimal number, it has more than 2 decimal places, or
///     it does not fit into 64 bits.
@_cdecl("peerid_percent_parse")
public func percentParse(
  _ text: UnsafePointer<CChar>?,
  _ outShare: UnsafeMutablePointer<Int64>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let number = try required(outShare, "out_share")
    number.pointee = try Decimals.percent(try PeerIDABI.text(text, "text"))
  }
}

/// Converts 1/100 percent to a percentage: 1234 is `12.34`.
/// - Parameters:
///   - share: the percentage in 1/100 percent.
///   - capacity: the size of the buffer in bytes; 40 bytes are always enough.
///   - outText: receives the text and a NUL.
/// - Errors:
///   - `invalidArgument`: the buffer is too small.
@_cdecl("peerid_percent_format")
public func percentFormat(
  _ share: Int64,
  _ capacity: UInt,
  _ outText: UnsafeMutablePointer<CChar>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    try fill(outText, capacity, with: Decimals.text(ofPercent: share))
  }
}

/// Copies a string and a NUL into the caller's buffer, truncated if necessary. Returns the length of the whole string.
func copy(_ text: String, to room: UnsafeMutablePointer<CChar>?, _ size: UInt) -> UInt {
  let bytes = Array(text.utf8)
  if let room, size > 0 {
    let count = min(bytes.count, Int(clamping: size) - 1)
    for place in 0..<count { room[place] = CChar(bitPattern: bytes[place]) }
    room[count] = 0
  }
  return UInt(bytes.count)
}

/// Copies a string into the caller's buffer, which must be large enough.
private func fill(
  _ room: UnsafeMutablePointer<CChar>?,
  _ size: UInt,
  with text: String
) throws(PeerIDError) {
  let room = try required(room, "out_text")
  guard UInt(text.utf8.count) < size else {
    throw PeerIDError(.invalidArgument, "capacity is \(size), but \(text.utf8.count + 1) bytes are needed")
  }
  _ = copy(text, to: room, size)
}
