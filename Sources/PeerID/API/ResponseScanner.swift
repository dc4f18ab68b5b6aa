/// Reads the envelope of a success and the parts of a `Response` in one pass over the bytes. Parsing the answer into a
/// tree would take half as long as the whole call.
///
/// The result is copied as the server wrote it, without white space, so that numbers keep all their digits. Any JSON is
/// accepted: a success must not become an error because of a value that no caller needs. If a key is repeated, the last
/// one counts, as in JavaScript.
struct ResponseScanner {
  private var result: Range<Int>?
  private var resultHasSpace = false
  private var hasError = false

  private var confirmation = Confirmation()
  private var isElement = false

  /// The members that are read if the result is an object.
  private struct Confirmation {
    var hasTrx = false
    var hasTransaction = false
    var identifier: Bytes?
    var hasBlockNumber = false
    var blockNumber: Int64?
    var transactionNumber: Int64?
    var createdObjects: [Bytes] = []
    var token: Bytes?

    /// Whether a block contains the transaction. A transaction that the user has to sign has an `id`, too, but a
    /// shorter one.
    var isDone: Bool {
      let isID = identifier.map { $0.count == 40 && $0.raw.allSatisfy(Hexadecimal.isDigit) } ?? false
      return hasTrx || hasBlockNumber || isID && !hasTransaction
    }
  }

  private typealias Fault = JSONScanner.Fault

  /// Reads the body of a success. Returns `nil` if the body is not an envelope, has both a result and an error, or
  /// memory runs out.
  static func response(_ body: UnsafeRawBufferPointer) -> Response? {
    var parts = ResponseScanner()
    var scanner = JSONScanner(body)
    do throws(Fault) {
      try scanner.whole { (scanner) throws(Fault) in try parts.readEnvelope(&scanner) }
    } catch {
      return nil
    }
    return parts.response(body)
  }

  private func response(_ body: UnsafeRawBufferPointer) -> Response? {
    guard let result, !hasError else { return nil }
    let text = UnsafeRawBufferPointer(rebasing: body[result])
    guard let json = resultHasSpace ? Self.withoutSpace(text) : Self.copy(text) else { return nil }
    let isTransaction = confirmation.isDone
    return Response(
      json: json,
      transactionID: isTransaction ? confirmation.identifier : nil,
      blockNumber: isTransaction ? confirmation.blockNumber : nil,
      transactionNumber: isTransaction ? confirmation.transactionNumber : nil,
      createdObjectIDs: confirmation.createdObjects,
      transactionToken: confirmation.hasTransaction && !isElement ? confirmation.token : nil
    )
  }

  // MARK: - The envelope

  @inline(never)
  private mutating func readEnvelope(_ scanner: inout JSONScanner) throws(Fault) {
    try scanner.members { (scanner, key) throws(Fault) in
      if scanner.matches(key, "error") { hasError = scanner.next != UInt8(ascii: "n") }
      guard scanner.matches(key, "result") else { return try scanner.skipValue() }
      scanner.sawSpace = false
      let start = scanner.position
      try readResult(&scanner)
      result = start..<scanner.position
      resultHasSpace = scanner.sawSpace
    }
  }

  /// The result of a broadcast is an array of one confirmation, that of any other call is the confirmation itself.
  private mutating func readResult(_ scanner: inout JSONScanner) throws(Fault) {
    confirmation = Confirmation()
    isElement = scanner.next == UInt8(ascii: "[")
    switch scanner.next {
    case UInt8(ascii: "{"): try readConfirmation(&scanner)
    case UInt8(ascii: "["):
      try scanner.elements { (scanner, index) throws(Fault) in
        guard index == 0, scanner.next == UInt8(ascii: "{") else { return try scanner.skipValue() }
        try readConfirmation(&scanner)
      }
    default: try scanner.skipValue()
    }
  }

  @inline(never)
  private mutating func readConfirmation(_ scanner: inout JSONScanner) throws(Fault) {
    try scanner.members { (scanner, key) throws(Fault) in
      if scanner.matches(key, "trx") {
        confirmation.hasTrx = true
        confirmation.createdObjects = []
        try readTrx(&scanner)
      } else if scanner.matches(key, "id") {
        confirmation.identifier = try Self.text(&scanner)
      } else if scanner.matches(key, "block_num") {
        confirmation.hasBlockNumber = true
        confirmation.blockNumber = try Self.integer(&scanner)
      } else if scanner.matches(key, "trx_num") {
        confirmation.transactionNumber = try Self.integer(&scanner)
      } else if scanner.matches(key, "token") {
        confirmation.token = try Self.text(&scanner)
      } else {
        if scanner.matches(key, "transaction") { confirmation.hasTransaction = true }
        try scanner.skipValue()
      }
    }
  }

  private mutating func readTrx(_ scanner: inout JSONScanner) throws(Fault) {
    guard scanner.next == UInt8(ascii: "{") else { return try scanner.skipValue() }
    try scanner.members { (scanner, key) throws(Fault) in
      guard scanner.matches(key, "operation_results") else { return try scanner.skipValue() }
      confirmation.createdObjects = []
      guard scanner.next == UInt8(ascii: "[") else { return try scanner.skipValue() }
      try scanner.elements { (scanner, _) throws(Fault) in try readOperationResult(&scanner) }
    }
  }

  /// Reads the result of one operation, which is `[1, "1.x.y"]` if the operation has created the object `1.x.y`.
  private mutating func readOperationResult(_ scanner: inout JSONScanner) throws(Fault) {
    guard scanner.next == UInt8(ascii: "[") else { return try scanner.skipValue() }
    var kind: Int64?
    var object: Bytes?
    try scanner.elements { (scanner, index) throws(Fault) in
      switch index {
      case 0 where scanner.next != UInt8(ascii: "\""): kind = try Self.integer(&scanner)
      case 1: object = try Self.text(&scanner)
      default: try scanner.skipValue()
      }
    }
    if kind == 1, let object { confirmation.createdObjects.append(object) }
  }

  // MARK: - Values

  /// Reads a string; `nil` for any other value.
  private static func text(_ scanner: inout JSONScanner) throws(Fault) -> Bytes? {
    guard scanner.next == UInt8(ascii: "\"") else {
      try scanner.skipValue()
      return nil
    }
    let text = try scanner.string()
    return scanner.copy(of: text)
  }

  /// Reads an integer from a number or a string: the server writes integers of more than 32 bits as strings.
  private static func integer(_ scanner: inout JSONScanner) throws(Fault) -> Int64? {
    switch scanner.next {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): return try scanner.number().integer
    default: return try text(&scanner).flatMap { $0.withBytes { Int64(decimal: $0) } }
    }
  }

  private static func copy(_ value: UnsafeRawBufferPointer) -> Bytes? {
    Bytes(largeCapacity: value.count) { target in
      UnsafeMutableRawBufferPointer(target).copyMemory(from: value)
      return value.count
    }
  }

  /// The text of a value that has been scanned, without the white space between its parts.
  private static func withoutSpace(_ value: UnsafeRawBufferPointer) -> Bytes? {
    Bytes(largeCapacity: value.count) { target in
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
