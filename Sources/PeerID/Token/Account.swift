/// A chain account, such as the payer of an operation.
public struct Account: Sendable, Equatable {
  /// Its object id, such as `1.2.31`.
  public let id: String
  /// Its name, such as `pi-alice`; it never changes.
  public let name: String

  /// The account as JSON: `{"id":"1.2.31","name":"pi-alice"}`.
  public var json: String { literal.compactText.text }

  var literal: JSONLiteral { ["id": .string(id), "name": .string(name)] }
}
