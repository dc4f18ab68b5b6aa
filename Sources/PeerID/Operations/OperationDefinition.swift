/// One operation of the chain: its name, its number, what its fields must look like, and the rules between them.
package final class OperationDefinition: Sendable {
  /// The name by which a request asks for it, `op_name`.
  package let name: String
  /// Its number on the chain, which a token's scope lists.
  package let id: Int32
  /// The field that names the account which pays and must agree, or that account itself.
  package let payer: String
  /// Whether the server finds the operation by its name; without that, every request for it is refused.
  package let isKnownToServer: Bool
  /// The fields beside `op_name`, in the schema's order.
  package let fields: [OperationField]
  /// The rules of the chain and of the server's serializer.
  package let rules: [OperationRule]
  /// The fields inside a proposal, beside `fee` and `extensions`, in the chain's names.
  package let proposedFields: [OperationField]
  /// Why the server cannot send this operation although it knows the name; `nil` for nearly all.
  package let alwaysFailsBecause: String?
  /// Why the chain never accepts it.
  package let neverAcceptedBecause: String?
  /// Why the chain accepts it only inside a proposal.
  package let onlyProposedBecause: String?
  /// Why a proposal cannot hold it.
  package let notProposedBecause: String?
  /// A warning for every use of it.
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
}

/// One field of an operation or of an object inside one.
package final class OperationField: Sendable {
  /// How a field may be used.
  package enum Presence: Sendable {
    case required
    case optional
    /// The schema accepts it, and then the server always fails.
    case unusable
  }

  /// The key.
  package let name: String
  let key: JSONKey

  /// The key beside the fields that says which operation it is.
  static let operationName = JSONKey("op_name")

  /// Whether it must, may or must not be there.
  package let presence: Presence
  /// What its value must look like.
  package let type: OperationFieldType
  /// Why it is unusable.
  let reason: String?

  init(name: String, presence: Presence, type: OperationFieldType, reason: String? = nil) {
    self.name = name
    key = JSONKey(name)
    self.presence = presence
    self.type = type
    self.reason = reason
  }
}

/// What the value of a field must look like: the server's schema, and with `refined` further requirements.
package indirect enum OperationFieldType: Sendable {
  /// The unit of a point in time since 1970.
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
  /// An array of one type. The minimum is the schema's, the maximum the serializer's.
  case array(OperationFieldType, minimumCount: Int64?, maximumCount: Int64?)
  /// An array of exactly these.
  case tuple([OperationFieldType])
  /// A type of the schema with further requirements of the serializer or the chain.
  case refined(OperationFieldType, OperationRefinement)

  /// The largest amount that the server takes.
  package static let maximumAmount: Int64 = 1_000_000_000_000
  /// The largest integer the server takes anywhere, 2^53 − 1; the smallest is its negative.
  package static let maximumSafeInteger: Int64 = 9_007_199_254_740_991
}

/// What the serializer and the chain require of a value beyond the server's schema.
package final class OperationRefinement: Sendable {
  /// What a value of the schema's type means.
  package enum Meaning: Sendable {
    case plain
    /// A public key: a prefix of the chain and 50 characters of base58.
    case key
    /// Hexadecimal digits of so many bytes; `nil`: of any number.
    case hexadecimal(byteCount: Int64?)
    /// A vote of the form `type:instance`.
    case vote
    /// An array of a number and an object; the number says which kind of object it is.
    case variant([Kind])
    /// An operation inside a proposal: `{"op": [number, {…}]}`.
    case proposedOperation
  }

  /// One kind of a variant.
  package struct Kind: Sendable {
    package let type: OperationFieldType
    /// Why the server cannot write this kind.
    package let failure: String?
  }

  /// What the value means.
  package let meaning: Meaning
  /// The unit of an integer, such as `counted in 1/100 percent (1234 is 12.34 %)`.
  package let unit: String?
  /// The largest integer that the serializer can write; it then accepts no negative ones.
  package let largest: Int64?
  /// Whether an integer must not be written as text.
  let isJSONNumber: Bool
  /// Whether the elements of an array, or the first ones of its pairs, must differ.
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
