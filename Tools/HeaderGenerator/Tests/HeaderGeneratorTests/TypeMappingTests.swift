import Testing

@testable import HeaderGenerator

@Suite("A Swift type in an exported function")
struct TypeMappingTests {
  @Test(
    "becomes the C type of a parameter",
    arguments: [
      ("Int32", "int32_t value"),
      ("UInt32", "uint32_t value"),
      ("Int64", "int64_t value"),
      ("UInt64", "uint64_t value"),
      ("UInt", "size_t value"),
      ("Bool", "bool value"),
      ("Double", "double value"),
      ("UnsafePointer<CChar>?", "const char *value"),
      ("UnsafeMutablePointer<CChar>?", "char *value"),
      ("UnsafePointer<Int32>?", "const int32_t *value"),
      ("UnsafePointer<UInt8>?", "const uint8_t *value"),
      ("UnsafeMutablePointer<Int32>?", "int32_t *value"),
      ("UnsafeMutablePointer<Int64>?", "int64_t *value"),
      ("UnsafeMutablePointer<UInt64>?", "uint64_t *value"),
      ("UnsafeMutablePointer<UInt>?", "size_t *value"),
      ("UnsafeMutablePointer<Bool>?", "bool *value"),
      ("UnsafeMutableRawPointer?", "void *value"),
      ("UnsafeRawPointer?", "const void *value"),
      ("UnsafeMutablePointer<UnsafePointer<CChar>?>?", "const char **value"),
      ("UnsafePointer<UnsafePointer<CChar>?>?", "const char *const *value"),
      ("UnsafeMutablePointer<UnsafeMutableRawPointer?>?", "void **value"),
      ("SessionHandle?", "peerid_session *value"),
      ("TokenHandle?", "const peerid_token *value"),
      ("UnsafeMutablePointer<SessionHandle?>?", "peerid_session **value"),
      ("UnsafeMutablePointer<TokenHandle?>?", "peerid_token **value"),
      ("Told?", "peerid_told value"),
    ]
  )
  func parameter(swift: String, c: String) throws {
    let (files, problems) = SmallSources.generate(adding: SmallSources.function(parameter: swift))
    #expect(problems.map(\.description) == [])
    let header = try #require(files.first).text
    #expect(header.contains("PEERID_API void peerid_do(\(c));"))
  }

  @Test(
    "becomes the C type of a result",
    arguments: [
      ("Void", "PEERID_API void peerid_do(void);"),
      ("()", "PEERID_API void peerid_do(void);"),
      ("Int32", "PEERID_API int32_t peerid_do(void);"),
      ("Bool", "PEERID_API bool peerid_do(void);"),
      ("UnsafePointer<CChar>?", "PEERID_API const char *peerid_do(void);"),
      ("UnsafePointer<CChar>", "PEERID_API const char *peerid_do(void);"),
      ("UnsafePointer<Int32>?", "PEERID_API const int32_t *peerid_do(void);"),
      ("SessionHandle?", "PEERID_API peerid_session *peerid_do(void);"),
      ("TokenHandle?", "PEERID_API peerid_token *peerid_do(void);"),
      ("ErrorHandle?", "PEERID_API PEERID_MUST_CHECK peerid_error *peerid_do(void);"),
    ]
  )
  func result(swift: String, c: String) throws {
    let header = try #require(SmallSources.header(adding: SmallSources.function(parameter: nil, result: swift)))
    #expect(header.contains(c))
  }

  @Test(
    "is refused as a parameter when C could not pass it safely",
    arguments: [
      ("Int", "use `UInt` for a size"),
      ("SessionHandle", "write `SessionHandle?`"),
      ("UnsafePointer<CChar>", "write `UnsafePointer<CChar>?`"),
      ("UnsafeMutablePointer<SessionHandle>?", "write `SessionHandle?`"),
      ("UnsafeRawPointer", "write `UnsafeRawPointer?`"),
      ("Told", "write `Told?`"),
      ("Int32?", "`Int32?` has no C form"),
      ("String", "the type `String` has no C form"),
      ("UnsafePointer<String>?", "the type `String` has no C form"),
      ("UnsafeBufferPointer<CChar>?", "the type `UnsafeBufferPointer<CChar>` has no C form"),
      ("CChar", "by pointer only"),
      ("OpaquePointer?", "use a typealias"),
      ("ErrorCode", "use `Int32` and check it"),
      ("@convention(c) () -> Void", "give the callback a public typealias"),
      ("Void", "a parameter cannot be Void"),
      ("(Int32, Int32)", "has no C form"),
    ]
  )
  func refusedParameter(swift: String, reason: String) throws {
    let problems = SmallSources.generate(adding: SmallSources.function(parameter: swift)).problems
    let problem = try #require(problems.first)
    #expect(problems.count == 1)
    #expect(problem.place == SourcePlace(path: SmallSources.casePath, line: 7))
    #expect(problem.message.hasPrefix("the parameter `value` of `peerid_do`: "))
    #expect(problem.message.contains(reason))
  }

  @Test("is refused as a result", arguments: ["Int", "String", "Told?", "ErrorCode", "Int32?"])
  func refusedResult(swift: String) throws {
    let problems = SmallSources.generate(adding: SmallSources.function(parameter: nil, result: swift)).problems
    #expect(problems.count == 1)
    #expect(problems.first?.message.hasPrefix("the result of `peerid_do`: ") == true)
  }

  @Test("is not const where the handle is given up")
  func releaseIsNotConst() throws {
    let header = try #require(
      SmallSources.header(
        adding: """
          /// Frees it.
          ///
          /// - Parameter token: a token
          @_cdecl("peerid_token_free")
          public func tokenFree(_ token: TokenHandle?) {}
          """
      )
    )
    #expect(header.contains("void peerid_token_free(peerid_token *token);"))
  }
}
