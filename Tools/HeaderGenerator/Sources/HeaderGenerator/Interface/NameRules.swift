/// Checks that no two published things have the same C name.
struct NameRules {
  let problems: ProblemList

  func check(_ interface: Interface) {
    var first: [String: SourcePlace] = [:]
    for (name, place) in names(interface) {
      if let other = first[name] {
        problems.report("the C name `\(name)` is taken already at \(other.path):\(other.line)", at: place)
      } else {
        first[name] = place
      }
    }
    for published in interface.enums {
      var owners: [Int32: String] = [:]
      for constant in published.constants {
        if let owner = owners.updateValue(constant.swiftName, forKey: constant.value) {
          problems.report("`\(constant.swiftName)` has the number of `\(owner)`", at: constant.place)
        }
      }
    }
  }

  private func names(_ interface: Interface) -> [(name: String, place: SourcePlace)] {
    interface.handles.map { ($0.cName, $0.place) }
      + interface.enums.map { ($0.cName, $0.place) }
      + interface.enums.flatMap(\.constants).map { ($0.cName, $0.place) }
      + interface.callbacks.map { ($0.cName, $0.place) }
      + interface.functions.map { ($0.symbol, $0.place) }
  }
}
