@testable import PeerID

/// Operations: refused with a reason, or sent as they were written.
enum OperationTarget {
  static func run(_ input: UnsafeRawBufferPointer) {
    var input = FuzzInput(input)
    let validation: Options.Validation = input.choice([.known, .strict, .allowUnknown, .off])
    let json = input.rest
    do {
      let batch = try OperationBatch(json: json, validation: validation)
      checkBody(batch.body, of: json, under: "operations", isList: true)
    } catch {
      check(error.code == .invalidArgument && error.outcome == .notSent, "another error: \(error.message)")
      check(!error.message.isEmpty, "an error has no message")
    }
  }

  /// The body contains the caller's text unchanged, and has the same meaning.
  static func checkBody(_ body: Bytes, of json: UnsafeRawBufferPointer, under name: StaticString, isList: Bool) {
    body.withBytes { checkBody($0, of: json, under: name, isList: isList) }
  }

  private static func checkBody(
    _ body: UnsafeRawBufferPointer,
    of json: UnsafeRawBufferPointer,
    under name: StaticString,
    isList: Bool
  ) {
    do {
      let given = try JSONIndex(json)
      let sent = try JSONIndex(body)
      let tree = try? JSONDocument(parsing: body, rejectDuplicates: true)
      given.withRoot { given in
        sent.withRoot { sent in
          if let tree { JSONComparison.compare(sent, tree.root) }
          guard let inner = sent.member(name) else { fail("the body has no '\(name)'") }
          if let wrapped = given.member(name) {
            check(body.elementsEqual(json), "a complete body is changed")
            JSONComparison.compare(inner, wrapped)
          } else if isList, given.kind == .object {
            guard let only = inner[0], inner.count == 1 else { fail("an operation alone becomes \(inner.count)") }
            JSONComparison.compare(only, given)
          } else {
            JSONComparison.compare(inner, given)
          }
        }
      }
    } catch {
      fail("the body is not JSON: \(String(decoding: body, as: UTF8.self))")
    }
  }
}

/// Signed transactions: sent as they were written, since the signatures are over their numbers.
enum TransactionTarget {
  static func run(_ json: UnsafeRawBufferPointer) {
    do {
      let body = try SignedTransaction.requestBody(json)
      OperationTarget.checkBody(body, of: json, under: "transaction", isList: false)
    } catch {
      check(error.code == .invalidArgument && error.outcome == .notSent, "another error: \(error.message)")
    }
  }
}
