/// A rule of the chain or of the server's serializer that a field's type cannot express.
package struct OperationRule: Sendable {
  /// The comparison that a rule makes.
  package enum Kind: String, Sendable {
    /// An integer lies between two limits.
    case range
    /// A text has so many bytes of UTF-8.
    case bytes
    /// An array has so many elements.
    case count
    /// A text follows the chain's grammar of a name; the first of `values` says which.
    case format
    /// A value is none of `values`.
    case not
    /// A value is one of `values`.
    case only
    /// An integer has none of the bits of `number`.
    case bits
    /// An integer does not have all bits of `number`.
    case bitsTogether = "bits_together"
    /// The first has the bits of `number` when one of the arrays behind it has elements.
    case bitFor = "bit_for"
    /// Two values differ.
    case differ
    /// Two values are equal.
    case equal
    /// At least one is given and, if it is an array, has elements.
    case some
    /// At most one is given.
    case notBoth = "not_both"
    /// The second is given when the first is.
    case needs
    /// The first is less than the second.
    case order
    /// The second is at most `maximum` more than the first.
    case apart
    /// At least one of two integers is not 0.
    case nonzero
    /// One of two ids is the first of `values`, and the other one the second of them or the third operand.
    case pair
    /// Two arrays have no element in common.
    case disjoint
    /// The arrays have at most `maximum` elements together.
    case total
    /// The integers in the arrays add up to `number`.
    case sum
    /// The weights in the arrays reach the first operand.
    case weights
    /// An array is empty, or has at least as many elements as the second operand says.
    case enough
    /// The first number in each pair of an array is at most `maximum`.
    case kinds
    /// An integer is a multiple of the step of the first row whose bound is greater.
    case steps
    /// The stake of a bet can be matched as a whole: an amount, a backer multiplier, and `back` or `lay`.
    case stake
    /// All resolutions are `cancel`, or none is and exactly one is `win`.
    case resolutions
    /// A lottery ends when it is sold out or at a date.
    case ending
    /// A point in time is later than now.
    case future
    /// A point in time is at most `maximum` seconds after now.
    case ahead
    /// A point in time is at most `maximum` seconds before or after now.
    case nearNow = "near_now"
    /// A start, and a number of periods of so many seconds, end later than now and within 32 bits.
    case periods
    /// A number of seconds is less than the time until the second operand.
    case review
    /// A proposal with an operation that the committee pays for has a review period of at least `minimum` seconds.
    case committeeReview = "committee_review"
  }

  /// A value that a rule checks, by its path from the object that has the rule.
  struct Operand: Sendable {
    let name: String
    let keys: [JSONKey]
    /// The member of each element of the array at `keys` that is meant: `share` in `benefactors[].share`.
    let memberOfElements: JSONKey?

    init(_ path: String) {
      let parts = path.split(separator: ".").map(String.init)
      let isOfElements = parts.count > 1 && parts[parts.count - 2].hasSuffix("[]")
      name = path
      keys = parts.dropLast(isOfElements ? 1 : 0).map { JSONKey($0.hasSuffix("[]") ? String($0.dropLast(2)) : $0) }
      memberOfElements = isOfElements ? parts.last.map(JSONKey.init) : nil
    }

    /// The value; `nil` when it or an object around it is not there.
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
  /// Whether equality breaks the rule too, for rules that compare.
  let isStrict: Bool
  /// The rule holds only when this member is there or, if a text is given, has this value.
  let condition: (member: String, value: String?)?
  /// The parameter of the chain that the committee can change, for a rule that holds by default only.
  let constant: String?
  /// Whether the rule does not apply inside a proposal.
  let isDirect: Bool
  /// Whether the rule only warns: the chain accepts operations that break it.
  let isNotice: Bool
  /// The rule for people, as the end of a sentence.
  package let text: String

  /// Whether the committee can change the rule.
  var isDefault: Bool { constant != nil }

  /// Whether the rule is about the time at which the chain executes the operation.
  var needsClock: Bool {
    switch kind {
    case .future, .ahead, .nearNow, .periods, .review: true
    default: false
    }
  }
}
