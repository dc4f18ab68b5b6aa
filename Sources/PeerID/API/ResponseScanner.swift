/// Reads the envelope of a success and what a `Response` tells of it in one pass over the bytes: an answer costs half of a
/// call when it is parsed into a tree.
///
/// The result is copied as the server wrote it, without white space, so that numbers keep all their digits.
struct ResponseScanner {
  private var result: Range<Int>?
  private var resultHasSpace = false

  private var hasTrx = false
  private var isElement = false
  private var hasTransaction = false
  private var identifier: Range<Int>??
  private var blockNumber: Int64??
  private var transactionNumber: Int64??
  private var createdObjects: [Range<Int>] = []
  private var token: Range<Int>??

  private typealias Unusual = JSONScanner.Unusual

  /// Reads the body of a success. `nil` for whatever is not plain: the parser then has the last word.
  static func response(_ body: UnsafeRawBufferPointer) -> Response? {
    var parts = ResponseScanner()
    var scanner = JSONScanner(body)
    do throws(Unusual) {
      try scanner.whole { (scanner) throws(Unusual) in try parts.readEnvelope(&scanner) }
    } catch {
      return nil
    }
    return parts.response(body)
  }

  private func response(_ body: UnsafeRawBufferPointer) -> Response? {
    guard let result else { return nil }
    func copy(_ range: Range<Int>) -> Bytes { Bytes(UnsafeRawBufferPointer(rebasing: body[range])) }
    let isTransaction = hasTrx || blockNumber != nil
    let parts = ResponseParts(
      json: resultHasSpace ? Self.withoutSpace(UnsafeRawBufferPointer(rebasing: body[result])) : copy(result),
      transactionID: isTransaction ? (identifier ?? nil).map(copy) : nil,
      blockNumber: isTransaction ? blockNumber ?? nil : nil,
      transactionNumber: isTransaction ? transactionNumber ?? nil : nil,
      createdObjectIDs: createdObjects.map(copy),
      transactionToken: hasTransaction && !isElement ? (token ?? nil).map(copy) : nil
    )
    return Response(parts)
  }

  // MARK: - The envelope

  private mutating func readEnvelope(_ scanner: inout JSONScanner) throws(Unusual) {
    try scanner.members { (scanner, key) throws(Unusual) in
      guard !key.hasEscapes else { throw Unusual() }
      guard scanner.matches(key, "result") else { return try scanner.skipValue() }
      guard result == nil else { throw Unusual() }
      scanner.sawSpace = false
      let start = scanner.position
      try readResult(&scanner)
      result = start..<scanner.position
      resultHasSpace = scanner.sawSpace
    }
  }

  /// A broadcast answers with an array of one confirmation, everything else with the confirmation itself.
  private mutating func readResult(_ scanner: inout JSONScanner) throws(Unusual) {
    switch scanner.next {
    case UInt8(ascii: "{"): try readConfirmation(&scanner)
    case UInt8(ascii: "["):
      isElement = true
      try scanner.elements { (scanner, index) throws(Unusual) in
        guard index == 0, scanner.next == UInt8(ascii: "{") else { return try scanner.skipValue() }
        try readConfirmation(&scanner)
      }
    // Nobody knows what a result of null means but the caller.
    case UInt8(ascii: "n"): throw Unusual()
    default: try scanner.skipValue()
    }
  }

  private mutating func readConfirmation(_ scanner: inout JSONScanner) throws(Unusual) {
    try scanner.members { (scanner, key) throws(Unusual) in
      guard !key.hasEscapes else { throw Unusual() }
      if scanner.matches(key, "trx") {
        guard !hasTrx else { throw Unusual() }
        hasTrx = true
        try readTrx(&scanner)
      } else if scanner.matches(key, "id") {
        try Self.readText(&scanner, into: &identifier)
      } else if scanner.matches(key, "block_num") {
        try Self.readInteger(&scanner, into: &blockNumber)
      } else if scanner.matches(key, "trx_num") {
        try Self.readInteger(&scanner, into: &transactionNumber)
      } else if scanner.matches(key, "token") {
        try Self.readText(&scanner, into: &token)
      } else {
        if scanner.matches(key, "transaction") { hasTransaction = true }
        try scanner.skipValue()
      }
    }
  }

  private mutating func readTrx(_ scanner: inout JSONScanner) throws(Unusual) {
    guard scanner.next == UInt8(ascii: "{") else { return try scanner.skipValue() }
    var hasResults = false
    try scanner.members { (scanner, key) throws(Unusual) in
      guard !key.hasEscapes else { throw Unusual() }
      guard scanner.matches(key, "operation_results") else { return try scanner.skipValue() }
      guard !hasResults else { throw Unusual() }
      hasResults = true
      guard scanner.next == UInt8(ascii: "[") else { return try scanner.skipValue() }
      try scanner.elements { (scanner, _) throws(Unusual) in try readOperationResult(&scanner) }
    }
  }

  /// An operation that creates an object answers `[1, "1.x.y"]`.
  private mutating func readOperationResult(_ scanner: inout JSONScanner) throws(Unusual) {
    guard scanner.next == UInt8(ascii: "[") else { return try scanner.skipValue() }
    var kind: Int64??
    var object: Range<Int>??
    try scanner.elements { (scanner, index) throws(Unusual) in
      switch index {
      case 0 where scanner.next != UInt8(ascii: "\""): try Self.readInteger(&scanner, into: &kind)
      case 1: try Self.readText(&scanner, into: &object)
      default: try scanner.skipValue()
      }
    }
    if case .some(1) = kind, case .some(let object?) = object { createdObjects.append(object) }
  }

  // MARK: - Values: `nil` is one that has not come yet, `.some(nil)` one that is something else

  private static func readText(_ scanner: inout JSONScanner, into text: inout Range<Int>??) throws(Unusual) {
    guard text == nil else { throw Unusual() }
    guard scanner.next == UInt8(ascii: "\"") else {
      text = .some(nil)
      return try scanner.skipValue()
    }
    let read = try scanner.string()
    guard !read.hasEscapes else { throw Unusual() }
    text = .some(read.range)
  }

  /// The server writes integers beyond 32 bits as strings.
  private static func readInteger(_ scanner: inout JSONScanner, into integer: inout Int64??) throws(Unusual) {
    guard integer == nil else { throw Unusual() }
    switch scanner.next {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): integer = .some(try scanner.number())
    case UInt8(ascii: "\""):
      let text = try scanner.string()
      guard !text.hasEscapes else { throw Unusual() }
      integer = .some(Int64(String(decoding: scanner.bytes[text.range], as: UTF8.self)))
    default:
      integer = .some(nil)
      try scanner.skipValue()
    }
  }

  /// The text of a value that has been scanned, without the white space between its parts.
  private static func withoutSpace(_ value: UnsafeRawBufferPointer) -> Bytes {
    Bytes(capacity: value.count) { target in
      var written = 0
      var isInString = false
      var isEscaped = false
      for byte in value where isInString || byte > 0x20 {
        target[written] = byte
        written += 1
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\"") {
          isInString.toggle()
        } else {
          isEscaped = isInString && byte == UInt8(ascii: "\\")
        }
      }
      return written
    }
  }
}
