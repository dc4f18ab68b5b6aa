@testable import PeerID

/// Answers to calls: only a valid success is a success, with the values that jansson finds, and errors can be shown.
enum AnswerTarget {
  private static let statuses = [200, 400, 401, 403, 408, 413, 429, 500, 502, 503, 302, 204, 499, 405]

  static func run(_ input: UnsafeRawBufferPointer) {
    var input = FuzzInput(input)
    let status = input.choice(statuses)
    let kind = input.choice(RequestKind.allCases)
    let answer = HTTPResponse(status: status, body: input.rest)
    switch Answer.response(of: .success(answer), to: kind) {
    case .success(let response):
      check(status == 200 || status == 204, "HTTP \(status) is a success")
      check(
        !kind.isSubmit || response.transactionID != nil || response.transactionToken != nil,
        "a success without an id"
      )
      checkResponse(response, input.rest)
    case .failure(let error): checkError(error, status)
    }
    if case .failure(let error) = Answer.result(of: .success(answer), to: kind) { checkError(error, status) }
  }

  static func checkError(_ error: PeerIDError, _ status: Int) {
    check(error.httpStatus == status, "another status: \(error.httpStatus)")
    check(error.outcome != .notSent, "an answer to a request that was not sent")
    if 200..<300 ~= status { check(error.outcome == .unknown || error.code == .protocol, "a success is not done") }
    if status == 502 || status == 499 || status == 408 { check(error.outcome == .unknown, "HTTP \(status) is known") }
    check(error.message.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "a message has control characters")
    check(error.message.utf8.count < 16 * 1024, "a message of \(error.message.utf8.count) bytes")
    guard let detail = error.detailBytes else { return }
    check(detail.count <= 4096, "a detail of \(detail.count) bytes")
    check((try? JSONDocument(detail.text)) != nil, "a detail is not JSON: \(detail.text)")
  }

  /// The scanner of responses and jansson find the same.
  private static func checkResponse(_ response: Response, _ body: UnsafeRawBufferPointer) {
    let isCompact = response.jsonBytes.withBytes { json in
      var scanner = JSONScanner(json)
      let isJSON = (try? scanner.whole { (scanner) throws(JSONScanner.Fault) in try scanner.skipValue() }) != nil
      return isJSON && !scanner.sawSpace
    }
    check(isCompact, "a result is not compact JSON: \(response.json)")
    guard let root = (try? JSONDocument(parsing: body))?.root else { return }
    guard let result = root["result"] else { fail("a result that is not in the answer: \(response.json)") }
    check(root["error"]?.isNull ?? true, "a success beside an error")
    guard let mine = (try? JSONDocument(response.json))?.root else { fail("the result is not read") }
    check(mine.compactText().text == result.compactText().text, "the result changes: \(response.json)")
    checkParts(response, result)
  }

  private static func checkParts(_ response: Response, _ result: JSONValue) {
    let candidate = result.kind == .array ? result[0] : result
    let isID = candidate?["id"]?.utf8.map { $0.count == 40 && $0.allSatisfy(Hexadecimal.isDigit) } ?? false
    let isDone = { (it: JSONValue) in
      it["trx"] != nil || it["block_num"] != nil || isID && it["transaction"] == nil
    }
    let transaction = candidate.flatMap { isDone($0) ? $0 : nil }
    func integer(_ value: JSONValue?) -> Int64? { value?.integer ?? value?.string.flatMap { Int64($0) } }
    check(response.transactionID == transaction?["id"]?.string, "another transaction id")
    check(response.blockNumber == integer(transaction?["block_num"]), "another block number")
    check(response.transactionNumber == integer(transaction?["trx_num"]), "another transaction number")
    let results = transaction?["trx"]?["operation_results"]?.elements ?? []
    let created = results.compactMap { $0[0]?.integer == 1 ? $0[1]?.string : nil }
    check(response.createdObjectIDs == created, "other objects were created")
    let token = result["transaction"] == nil ? nil : result["token"]?.string
    check(response.transactionToken == token, "another transaction token")
  }
}
