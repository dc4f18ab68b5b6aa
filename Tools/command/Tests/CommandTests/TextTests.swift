import Testing

@testable import peerid_command

@Suite("Texts")
struct TextTests {
  @Test(
    "a file is split into JSON values, on a line each or not",
    arguments: [
      ("", []),
      (" \n\t", []),
      ("{}", [(1, "{}")]),
      ("{\"a\": 1}\n[ 2 ]", [(1, "{\"a\":1}"), (2, "[2]")]),
      ("{\n \"a\": [1,\n 2]}\n\n{}", [(1, "{\"a\":[1,2]}"), (5, "{}")]),
      ("{\"a\":\"}\\\"] \"}{}", [(1, "{\"a\":\"}\\\"] \"}"), (1, "{}")]),
      ("nonsense here\n{}", [(1, "nonsensehere"), (2, "{}")]),
      ("{\"open\": [", [(1, "{\"open\":[")]),
      ("\u{FEFF}{}", [(1, "{}")]),
      ("{}\r\n{}\r\n", [(1, "{}"), (2, "{}")]),
    ] as [(String, [(Int, String)])]
  )
  func split(text: String, values: [(Int, String)]) {
    let found = TransactionFile.split(text)
    #expect(found.map(\.line) == values.map(\.0))
    #expect(found.map(\.text) == values.map(\.1))
    #expect(found.allSatisfy { JSONLayout.compact($0.source) == $0.text })
    #expect(found.map(\.number) == Array(1..<(values.count + 1)))
  }

  @Test("the layout changes nothing but blanks")
  func layout() {
    let text = #"{"long key":[1.50,12345678901234567890,"a , b : { [ \" \\"],"empty":{},"list":[],"z":null}"#
    for width in [10, 30, 200] {
      #expect(JSONLayout.compact(JSONLayout.indented(text, width: width)) == text)
    }
    #expect(JSONLayout.indented("{\"a\":1}") == "{\"a\": 1}")
    #expect(
      JSONLayout.indented("{\"a\":[1,2],\"b\":\"a text that is long\"}", width: 20).split(separator: "\n").count == 4
    )
  }

  @Test("a member of an object is extracted unchanged")
  func member() {
    let text = #"{"a": {"b": 1}, "b": [1.50, "b\":2,"], "c": null}"#
    #expect(JSONLayout.member("b", of: text) == #"[1.50,"b\":2,"]"#)
    #expect(JSONLayout.member("c", of: text) == "null")
    #expect(JSONLayout.member("d", of: text) == nil)
  }

  @Test("text in JSON is escaped")
  func escaping() {
    #expect(JSON.string("a\"b\\c\n\u{1}\u{7F}ü").text == #""a\"b\\c\n\u0001\u007fü""#)
    let object = JSON.object([("b", .integer(1)), ("a", .array([.null, .bool(true)]))])
    #expect(object.text == #"{"b":1,"a":[null,true]}"#)
  }

  @Test("consecutive numbers are shown as a range")
  func ranges() {
    #expect(SubmissionSummary.ranges([1, 2, 3, 7, 9, 10]) == "1-3, 7, 9-10")
    #expect(SubmissionSummary.ranges([]) == "")
  }

  @Test("file names are quoted where a shell needs it")
  func quoting() {
    #expect(SubmissionSummary.quote("a/b-1.json") == "a/b-1.json")
    #expect(SubmissionSummary.quote("it's $x") == #"'it'\''s $x'"#)
    #expect(SubmissionSummary.quote("") == "''")
  }

  @Test("a duration is shown in its largest unit")
  func distance() {
    let (second, day): (Int64, Int64) = (1000, 86_400_000)
    #expect(SessionDescription.distance(90 * day, from: 0) == "in 90 days")
    #expect(SessionDescription.distance(119 * second, from: 0) == "in 119 seconds")
    #expect(SessionDescription.distance(0, from: 120 * second) == "expired 2 minutes ago")
    #expect(SessionDescription.distance(second, from: 0) == "in 1 second")
    #expect(SessionDescription.distance(3 * day / 2, from: 0) == "in 36 hours")
  }

  @Test("the progress bar fits into its width")
  func bar() {
    let states: [Int: TransactionState] = [1: .done, 2: .notDone, 3: .unknown]
    for width in 0...100 {
      #expect(ProgressBar.line(states, total: 10, width: width).count <= max(width, 0))
    }
    #expect(ProgressBar.line(states, total: 6, width: 45) == "[#########.........] 3/6, 1 failed, 1 unknown")
  }

  @Test("a parameter of a chain read is parsed as JSON if possible")
  func parameter() {
    #expect(Read.parameter("[\"1.3.0\"]").text == "[\"1.3.0\"]")
    #expect(Read.parameter("true").text == "true")
    #expect(Read.parameter("100").text == "\"100\"")
    #expect(Read.parameter("1.3.0").text == "\"1.3.0\"")
    #expect(Read.parameter("pi-alice").text == "\"pi-alice\"")
  }

  @Test("the head of a request is read once it is complete")
  func request() {
    #expect(RedirectRequest(Array("GET /callback?code=1 HTTP/1.1\r\nHost: x\r\n".utf8)) == nil)
    let request = RedirectRequest(Array("GET /callback?code=1&x=? HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
    #expect(request?.method == "GET")
    #expect(request?.path == "/callback")
    #expect(request?.query == "code=1&x=?")
    #expect(RedirectRequest(Array("\r\n\r\n".utf8))?.path == "")
  }

  @Test("a redirect on this machine is received, any other is pasted")
  func target() {
    #expect(WebConsent.Target(nil) == .loopback(port: 0, path: "/callback"))
    #expect(WebConsent.Target("http://127.0.0.1:8080/cb") == .loopback(port: 8080, path: "/cb"))
    #expect(WebConsent.Target("http://localhost") == .loopback(port: 80, path: "/"))
    #expect(WebConsent.Target("https://localhost/cb") == .elsewhere)
    #expect(WebConsent.Target("https://shop.example/cb") == .elsewhere)
    #expect(WebConsent.Target("http://127.0.0.1:99999/cb") == .elsewhere)
  }
}
