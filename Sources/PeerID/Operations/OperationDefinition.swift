/// One operation of the chain: its name, number, fields and rules.
package final class OperationDefinition: Sendable {
  /// The operation's name, the value of `op_name` in a request.
  package let name: String
  /// The operation's number on the chain. A token's scope consists of these numbers.
  package let id: Int32
  /// The account that pays for the operation and has to authorize it: the name of the field with the account or, if all
  /// operations of this kind have the same payer, the account's id.
  package let payer: String
  /// Whether the server knows the operation. If not, the server refuses every request that contains it.
  package let isKnownToServer: Bool
  /// The fields other than `op_name`, in the schema's order.
  package let fields: [OperationField]
  /// The rules that the chain and the server's serializer add to the schema.
  package let rules: [OperationRule]
  /// The fields inside a proposal, with the chain's names, other than `fee` and `extensions`.
  package let proposedFields: [OperationField]
  /// Why the server, although it knows this operation, always fails to send it; `nil` for most operations.
  package let alwaysFailsBecause: String?
  /// Why the chain never accepts this operation.
  package let neverAcceptedBecause: String?
  /// Why the chain accepts this operation only inside a proposal.
  package let onlyProposedBecause: String?
  /// Why a proposal cannot contain this operation.
  package let notProposedBecause: String?
  /// A warning about every use of this operation.
  package let caution: String?

  init(
    name: String,
    id: Int32,
    fields: [OperationField],
    proposedFields: [OperationField],
    rules: [OperationRule],
    text: (StaticString) -> String?
  ) {
    self.name = name
    self.id = id
    self.fields = fields
    self.proposedFields = proposedFields
    self.rules = rules
    payer = text("payer") ?? ""
    isKnownToServer = text("unknown_to_server") == nil
    alwaysFailsBecause = text("fails")
    neverAcceptedBecause = text("never")
    onlyProposedBecause = text("proposal_only")
    notProposedBecause = text("not_proposed")
    caution = text("caution")
  }

  /// The payer's id if it is always the same account of the chain itself; `nil` if a field names the payer.
  var accountThatPays: String? { payer.utf8.first == UInt8(ascii: "1") ? payer : nil }
}

/// One field of an operation, or of an object inside an operation.
package final class OperationField: Sendable {
  /// How a field may be used.
  package enum Presence: Sendable {
    case required
    case optional
    /// The schema accepts the field, but then the server always fails.
    case unusable
  }

  /// The field's key in the JSON object.
  package let name: String
  let key: JSONKey

  /// The key of the operation's name.
  static let operationName = JSONKey("op_name")

  /// Whether the field is required, optional or unusable.
  package let presence: Presence
  /// The type of the field's value.
  package let type: OperationFieldType
  /// Why the field is unusable; otherwise `nil`.
  let reason: String?

  init(name: String, presence: Presence, type: OperationFieldType, reason: String? = nil) {
    self.name = name
    key = JSONKey(name)
    self.presence = presence
    self.type = type
    self.reason = reason
  }
}

/// The type of a field's value in the server's schema. `refined` adds requirements of the serializer or the chain.
package indirect enum OperationFieldType: Sendable {
  /// The unit of a time since 1970.
  package enum TimeUnit: Sendable {
    case seconds
    case milliseconds
  }

  /// An object id such as `1.2.31`; the space is `1.2`.
  case objectID(space: String)
  /// `{"amount": integer, "asset_id": "1.3.N"}`.
  case asset
  case integer(minimum: Int64?, maximum: Int64?)
  case number(minimum: Int64?, maximum: Int64?)
  case string(maximumLength: Int64?)
  case uri
  case base64
  case choice([String])
  case boolean
  case timestamp(TimeUnit)
  case object([OperationField])
  case anyObject
  /// An array whose elements all have one type. The minimum comes from the schema, the maximum from the serializer.
  case array(OperationFieldType, minimumCount: Int64?, maximumCount: Int64?)
  /// An array with exactly one element of each of these types.
  case tuple([OperationFieldType])
  /// A type of the schema with further requirements of the serializer or the chain.
  case refined(OperationFieldType, OperationRefinement)

  /// The largest amount that the server accepts.
  package static let maximumAmount: Int64 = 1_000_000_000_000
  /// The largest integer that the server accepts anywhere, 2^53 − 1. The smallest is its negative.
  package static let maximumSafeInteger: Int64 = 9_007_199_254_740_991
}

/// Requirements of the serializer and the chain for a value, beyond the server's schema.
package final class OperationRefinement: Sendable {
  /// What a value of the schema's type means.
  package enum Meaning: Sendable {
    case plain
    /// A public key: a prefix of the chain and 50 characters of base58.
    case key
    /// Hexadecimal digits for this number of bytes; `nil`: for any number.
    case hexadecimal(byteCount: Int64?)
    /// A vote of the form `type:instance`.
    case vote
    /// An array of a number and an object. The number is the kind of the object.
    case variant([Kind])
    /// An operation inside a proposal: `{"op": [number, {…}]}`.
    case proposedOperation
  }

  /// One kind of a variant.
  package struct Kind: Sendable {
    package let type: OperationFieldType
    /// Why the server cannot serialize this kind; `nil` if it can.
    package let failure: String?
  }

  /// What the value means.
  package let meaning: Meaning
  /// The unit of an integer, such as `in 1/100 percent (1234 is 12.34 %)`.
  package let unit: String?
  /// The largest integer that the serializer can write. If set, negative integers are refused as well.
  package let largest: Int64?
  /// Whether an integer must be a JSON number, not a string.
  let isJSONNumber: Bool
  /// Whether the elements of an array must be unique. If the elements are pairs, only their first elements count.
  let isUnique: Bool
  /// Rules between the members of an object.
  package let rules: [OperationRule]

  init(
    meaning: Meaning = .plain,
    unit: String? = nil,
    largest: Int64? = nil,
    isJSONNumber: Bool = false,
    isUnique: Bool = false,
    rules: [OperationRule] = []
  ) {
    self.meaning = meaning
    self.unit = unit
    self.largest = largest
    self.isJSONNumber = isJSONNumber
    self.isUnique = isUnique
    self.rules = rules
  }
}
