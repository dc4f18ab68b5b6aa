/// One operation of the chain: its name, its number, and what its fields must look like.
package struct OperationDefinition: Sendable {
  /// The name by which a request asks for it, `op_name`.
  package let name: String
  /// Its number on the chain, which a token's scope lists.
  package let id: Int32
  /// Whether the server finds the operation by its name; without that, every request for it is refused.
  package let isKnownToServer: Bool
  /// The fields beside `op_name`, in the schema's order.
  package let fields: [OperationField]
  /// Why no request for this operation can succeed; `nil` for nearly all.
  package let alwaysFailsBecause: String?
  /// What to beware of when using it.
  package let caution: String?
}

/// One field of an operation or of an object inside one.
package final class OperationField: Sendable {
  /// How a field may be used.
  package enum Presence: Sendable {
    case required
    case optional
    /// The schema takes it, and then the server always fails.
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

  init(name: String, presence: Presence, type: OperationFieldType) {
    self.name = name
    key = JSONKey(name)
    self.presence = presence
    self.type = type
  }
}

/// What the value of a field must look like.
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

  /// The largest amount that the server takes.
  package static let maximumAmount: Int64 = 1_000_000_000_000
  /// The largest integer the server takes anywhere, 2^53 − 1; the smallest is its negative.
  package static let maximumSafeInteger: Int64 = 9_007_199_254_740_991
}
