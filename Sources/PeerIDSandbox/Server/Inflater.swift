/// The deflate format of RFC 1951, read without zlib: bodies are small, and the package needs no further library.
struct Inflater {
  enum Format { case gzip, zlib }
  enum Outcome { case bytes([UInt8]), tooLarge, malformed }

  private enum Fault: Error { case malformed, tooLarge }

  private let input: [UInt8]
  private var position: Int
  private let limit: Int
  private var output: [UInt8] = []
  private var bits: UInt32 = 0
  private var bitCount: UInt32 = 0

  private init(input: [UInt8], from position: Int, limit: Int) {
    self.input = input
    self.position = position
    self.limit = limit
  }

  /// Unpacks `input`, which may become `limit` bytes long at the most. The checksum at the end is not compared.
  static func inflate(_ input: [UInt8], format: Format, limit: Int) -> Outcome {
    guard let start = format == .gzip ? gzipHeaderLength(input) : zlibHeaderLength(input) else { return .malformed }
    var inflater = Inflater(input: input, from: start, limit: limit)
    do throws(Fault) {
      try inflater.run()
      return .bytes(inflater.output)
    } catch {
      return error == .tooLarge ? .tooLarge : .malformed
    }
  }

  private static func zlibHeaderLength(_ input: [UInt8]) -> Int? {
    guard input.count > 2, input[0] & 15 == 8, (Int(input[0]) << 8 | Int(input[1])) % 31 == 0 else { return nil }
    return input[1] & 0x20 == 0 ? 2 : nil
  }

  private static func gzipHeaderLength(_ input: [UInt8]) -> Int? {
    guard input.count > 18, input[0] == 0x1F, input[1] == 0x8B, input[2] == 8 else { return nil }
    let flags = input[3]
    var length = 10
    if flags & 4 != 0 { length += 2 + Int(input[10]) + Int(input[11]) << 8 }
    for flag: UInt8 in [8, 16] where flags & flag != 0 {
      guard length < input.count, let end = input[length...].firstIndex(of: 0) else { return nil }
      length = end + 1
    }
    if flags & 2 != 0 { length += 2 }
    return length < input.count ? length : nil
  }

  private mutating func run() throws(Fault) {
    var isLast = false
    while !isLast {
      isLast = try take(1) == 1
      switch try take(2) {
      case 0: try copyStored()
      case 1: try expand(literals: Self.fixedLiterals, distances: Self.fixedDistances)
      case 2:
        let (literals, distances) = try readTables()
        try expand(literals: literals, distances: distances)
      default: throw .malformed
      }
    }
  }

  private mutating func take(_ count: UInt32) throws(Fault) -> Int {
    while bitCount < count {
      guard position < input.count else { throw .malformed }
      bits |= UInt32(input[position]) << bitCount
      position += 1
      bitCount += 8
    }
    let value = bits & ((1 << count) - 1)
    bits >>= count
    bitCount -= count
    return Int(value)
  }

  private mutating func append(_ byte: UInt8) throws(Fault) {
    guard output.count < limit else { throw .tooLarge }
    output.append(byte)
  }

  private mutating func copyStored() throws(Fault) {
    bits = 0
    bitCount = 0
    let length = try take(16)
    guard try take(16) == length ^ 0xFFFF, position + length <= input.count else { throw .malformed }
    for byte in input[position..<position + length] { try append(byte) }
    position += length
  }

  private mutating func expand(literals: HuffmanTable, distances: HuffmanTable) throws(Fault) {
    while true {
      let symbol = try decode(literals)
      if symbol == 256 { return }
      if symbol < 256 {
        try append(UInt8(symbol))
        continue
      }
      guard symbol <= 285 else { throw .malformed }
      let length = Self.lengthBases[symbol - 257] + (try take(Self.lengthExtras[symbol - 257]))
      let code = try decode(distances)
      guard code < 30 else { throw .malformed }
      let distance = Self.distanceBases[code] + (try take(code < 2 ? 0 : UInt32(code / 2 - 1)))
      guard distance <= output.count else { throw .malformed }
      for _ in 0..<length { try append(output[output.count - distance]) }
    }
  }

  private mutating func decode(_ table: HuffmanTable) throws(Fault) -> Int {
    var code = 0
    var first = 0
    var index = 0
    for length in 1...15 {
      code |= try take(1)
      let count = table.counts[length]
      if code - count < first {
        let place = index + code - first
        guard table.symbols.indices.contains(place) else { throw .malformed }
        return table.symbols[place]
      }
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    throw .malformed
  }

  private mutating func readTables() throws(Fault) -> (HuffmanTable, HuffmanTable) {
    let literalCount = try take(5) + 257
    let distanceCount = try take(5) + 1
    let lengthCount = try take(4) + 4
    var lengths = [Int](repeating: 0, count: 19)
    for place in [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15].prefix(lengthCount) {
      lengths[place] = try take(3)
    }
    let lengthTable = HuffmanTable(lengths[...])
    lengths = []
    while lengths.count < literalCount + distanceCount {
      switch try decode(lengthTable) {
      case 16:
        guard let previous = lengths.last else { throw .malformed }
        lengths += [Int](repeating: previous, count: try take(2) + 3)
      case 17: lengths += [Int](repeating: 0, count: try take(3) + 3)
      case 18: lengths += [Int](repeating: 0, count: try take(7) + 11)
      case let length: lengths.append(length)
      }
    }
    guard lengths.count == literalCount + distanceCount else { throw .malformed }
    return (HuffmanTable(lengths[..<literalCount]), HuffmanTable(lengths[literalCount...]))
  }

  private static let lengthBases = [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
  ]
  private static let lengthExtras: [UInt32] = [
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
  ]
  private static let distanceBases = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1_025, 1_537, 2_049, 3_073, 4_097,
    6_145, 8_193, 12_289, 16_385, 24_577,
  ]
  private static let fixedLiterals = HuffmanTable(
    ([Int](repeating: 8, count: 144) + [Int](repeating: 9, count: 112) + [Int](repeating: 7, count: 24)
      + [Int](repeating: 8, count: 8))[...]
  )
  private static let fixedDistances = HuffmanTable([Int](repeating: 5, count: 30)[...])
}

/// A canonical Huffman code: how many codes each length has, and the symbols in the order of their codes.
private struct HuffmanTable {
  var counts = [Int](repeating: 0, count: 16)
  var symbols: [Int] = []

  init(_ lengths: ArraySlice<Int>) {
    for length in lengths where length > 0 { counts[length] += 1 }
    let numbered = lengths.enumerated().filter { $0.element > 0 }
    symbols = numbered.sorted { ($0.element, $0.offset) < ($1.element, $1.offset) }.map(\.offset)
  }
}
