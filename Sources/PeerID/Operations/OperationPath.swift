/// The path of the value that is being checked, such as `operations[0].amount.asset_id`.
struct OperationPath {
  private enum Step {
    case name(String)
    case index(Int)
  }

  private var steps: [Step] = []

  /// Goes into a member of an object.
  mutating func enter(_ name: String) { steps.append(.name(name)) }

  /// Goes into an element of an array.
  mutating func enter(_ index: Int) { steps.append(.index(index)) }

  /// Goes back to the value around this one.
  mutating func leave() { steps.removeLast() }

  /// The place as a caller would write it.
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
