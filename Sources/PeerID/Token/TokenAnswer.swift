/// The parsed body of a successful token call. Parsing leaves no copy of its tokens: see `TokenReader`.
enum TokenAnswer {
  /// `result` is `null`.
  case none
  case token(Token)
  case malformed(TokenReader.Malformed)

  private typealias Fault = JSONScanner.Fault

  /// Returns `nil` if the body is not the envelope of a success, or has both a result and an error.
  init?(_ body: UnsafeRawBufferPointer) {
    var reader: TokenReader?
    var isNull = false
    var hasError = false
    do throws(JSONSyntaxError) {
      try JSONScanner.read(body) { (scanner) throws(Fault) in
        try scanner.members { (scanner, key) throws(Fault) in
          let isNullValue = scanner.next == UInt8(ascii: "n")
          if scanner.matches(key, "error") { hasError = !isNullValue }
          guard scanner.matches(key, "result") else { return try scanner.skipValue() }
          isNull = isNullValue
          var result = TokenReader()
          try result.read(&scanner)
          reader = result
        }
      }
    } catch {
      return nil
    }
    guard let reader, !hasError else { return nil }
    if isNull {
      self = .none
      return
    }
    switch reader.token(generation: 1) {
    case .success(let token): self = .token(token)
    case .failure(let malformed): self = .malformed(malformed)
    }
  }
}
