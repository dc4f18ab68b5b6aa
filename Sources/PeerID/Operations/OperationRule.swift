/// A rule of the chain or of the server's serializer that a field's type cannot express.
package struct OperationRule: Sendable {
  /// The comparison that a rule makes.
  package enum Kind: String, Sendable {
    /// An integer is between `minimum` and `maximum`.
    case range
    /// The length of a string in UTF-8 bytes is between `minimum` and `maximum`.
    case bytes
    /// The number of elements of an array is between `minimum` and `maximum`.
    case count
    /// A string has one of the chain's name formats; `values[0]` is the format.
    case format
    /// A value is not one of `values`.
    case not
    /// A value is one of `values`.
    case only
    /// An integer has none of the bits of `number`.
    case bits
    /// An integer does not have all bits of `number`.
    case bitsTogether = "bits_together"
    /// The first operand has all bits of `number` if one of the other operands, which are arrays, is not empty.
    case bitFor = "bit_for"
    /// Two values differ.
    case differ
    /// Two values are equal.
    case equal
    /// At least one operand is given and not an empty array.
    case some
    /// At most one operand is given.
    case notBoth = "not_both"
    /// If the first operand is given, the second must be given, too.
    case needs
    /// The first operand is less than the second.
    case order
    /// The second operand exceeds the first by at most `maximum`.
    case apart
    /// At least one of two integers is not 0.
    case nonzero
    /// Of two ids, one is `values[0]`. The other is `values[1]` or the third operand, if there is one.
    case pair
    /// Two arrays have no element in common.
    case disjoint
    /// The arrays have at most `maximum` elements in total.
    case total
    /// The integers in the arrays add up to `number`.
    case sum
    /// The sum of the weights in the arrays is at least the first operand.
    case weights
    /// An array is empty or has at least as many elements as the value of the second operand.
    case enough
    /// The first number in each pair of an array is at most `maximum`.
    case kinds
    /// An integer is a multiple of the `step` of the first row whose `bound` exceeds the integer.
    case steps
    /// The whole stake of a bet can be matched. The operands are the amount, the backer multiplier, and `back` or
    /// `lay`.
    case stake
    /// Either all resolutions are `cancel`, or none is `cancel` and exactly one is `win`.
    case resolutions
    /// A lottery ends when it is sold out, or at a date; at least one of the two is set.
    case ending
    /// A time is later than now.
    case future
    /// A time is at most `maximum` seconds after now.
    case ahead
    /// A time is at most `maximum` seconds before or after now.
    case nearNow = "near_now"
    /// The operands are a start, a period in seconds and a number of periods. The last period ends later than now, and
    /// all periods together last less than 2^32 seconds.
    case periods
    /// A number of seconds is less than the time from now until the second operand.
    case review
    /// A proposal that contains an operation paid by the committee has a review period of at least `minimum` seconds.
    case committeeReview = "committee_review"
  }

  /// The path of a value that a rule checks, relative to the object that the rule belongs to.
  struct Operand: Sendable {
    let name: String
    let keys: [JSONKey]
    /// If the operand is a member of each element of an array, the name of that member: `share` in
    /// `benefactors[].share`.
    let memberOfElements: JSONKey?

    init(_ path: String) {
      let parts = path.parts(separatedBy: UInt8(ascii: "."))
      let isOfElements = parts.count > 1 && parts[parts.count - 2].ends(with: "[]")
      name = path
      keys = parts.dropLast(isOfElements ? 1 : 0).map { part in
        JSONKey(part.ends(with: "[]") ? String(Substring(part.utf8.dropLast(2))) : part)
      }
      memberOfElements = isOfElements ? parts.last.map(JSONKey.init) : nil
    }

    /// The value; `nil` if it or an enclosing object is missing.
    func value(in object: JSONIndex.Value) -> JSONIndex.Value? {
      var value: JSONIndex.Value? = object
      for key in keys { value = value?.member(key) }
      return value
    }
  }

  let kind: Kind
  let operands: [Operand]
  let minimum: Int64?
  let maximum: Int64?
  let number: Int64
  let values: [String]
  let rows: [(bound: Int64, step: Int64)]
  /// For a comparison: whether equal values also break the rule.
  let isStrict: Bool
  /// The rule applies only if this member is present and, if `value` is set, has this value.
  let condition: (member: String, value: String?)?
  /// The chain parameter on which the rule depends and which the committee can change; `nil` for a fixed rule.
  let constant: String?
  /// Whether the rule applies only outside proposals.
  let isDirect: Bool
  /// Whether a broken rule causes only a warning, because the chain accepts the operation.
  let isNotice: Bool
  /// The rule as the end of an error message.
  package let text: String

  /// Whether the committee can change the rule.
  var isDefault: Bool { constant != nil }

  /// Whether the rule depends on the time at which the chain executes the operation.
  var needsClock: Bool {
    switch kind {
    case .future, .ahead, .nearNow, .periods, .review: true
    default: false
    }
  }
}
