@testable import PeerID

/// Options: a value is stored unchanged, or refused with the name of the option.
enum OptionTarget {
  static func run(_ input: UnsafeRawBufferPointer) {
    var input = FuzzInput(input)
    var name = input.text()
    let value = input.text()
    if let index = Int(name), OptionTable.all.indices.contains(index) { name = OptionTable.all[index].name }
    do {
      var configuration = try Configuration(
        baseURL: "https://peerid.example",
        clientID: input.text(),
        clientSecret: input.text()
      )
      try configuration.set(name, value)
    } catch {
      check(error.code == .configuration || error.code == .invalidArgument, "another error: \(error.message)")
    }
    var options = Options()
    guard let option = OptionTable.all.first(where: { $0.name == name }) else {
      return check(!isTaken(name, value, &options), "there is no such option: \(name)")
    }
    let takes: Bool =
      switch option.kind {
      case .integer(let range, _): Int64(value).map(range.contains) ?? false
      case .choice(let choices, _): choices.contains { $0.utf8.elementsEqual(value.utf8) }
      case .text: !value.utf8.contains { $0 < 0x20 || $0 == 0x7F }
      }
    check(isTaken(name, value, &options) == takes, "\(name)=\(value) is \(takes ? "refused" : "taken")")
  }

  private static func isTaken(_ name: String, _ value: String, _ options: inout Options) -> Bool {
    do {
      try OptionTable.set(name, to: value, in: &options)
      return true
    } catch {
      check(error.message.contains("option"), "an error does not name the option: \(error.message)")
      return false
    }
  }
}
