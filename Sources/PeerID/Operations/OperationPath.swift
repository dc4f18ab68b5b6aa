/// The path of the value that is being checked, such as `operations[0].amount.asset_id`.
struct OperationPath {
  private enum Step {
    case name(String)
    case index(Int)
  }

  private var steps: [Step] = []

  /// Enters a member of an object.
  mutating func enter(_ name: String) { steps.append(.name(name)) }

  /// Enters an element of an array.
  mutating func enter(_ index: Int) { steps.append(.index(index)) }

  /// Returns to the enclosing value.
  mutating func leave() { steps.removeLast() }

  /// The path as a caller would write it.
  var text: String {
    var text = "operations"
    for step in steps {
      switch step {
      case .name(let name): text += "." + name
      case .index(let index): text += "[\(index)]"
      }
    }
    return text
  }
}
