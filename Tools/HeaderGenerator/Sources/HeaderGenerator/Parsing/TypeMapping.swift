import SwiftSyntax

/// Why a Swift type has no place in the C interface.
struct TypeMappingFailure: Error {
  let reason: String
}

/// Turns the Swift types of exported declarations into C types.
struct TypeMapping {
  /// The names that the sources give to C types.
  struct Names {
    var handles: [String: Handle] = [:]
    var callbacks: [String: String] = [:]
    var enums: Set<String> = []
  }

  /// Where a type stands, since not every type may stand everywhere.
  enum Position {
    /// Something that C hands over, so every pointer may be NULL.
    case fromC
    /// Something that Swift hands over.
    case toC
  }

  let names: Names

  /// The C type of a parameter.
  ///
  /// - Parameters:
  ///   - type: the Swift type
  ///   - givesUpHandles: whether the function ends the life of its handle, which therefore is not `const`
  /// - Returns: the C type
  /// - Throws: why there is none
  func parameter(_ type: TypeSyntax, givesUpHandles: Bool = false) throws(TypeMappingFailure) -> CType {
    let mapped = try value(type, isOptional: false, position: .fromC)
    guard mapped != .void else { throw TypeMappingFailure(reason: "a parameter cannot be Void") }
    guard case .pointer(to: .handle(let name), _) = mapped else { return mapped }
    let isImmutable = names.handles.values.contains { $0.cName == name && $0.isImmutable }
    return .pointer(to: .handle(name), isConst: isImmutable && !givesUpHandles)
  }

  /// The C type of what is returned; without a type it is `void`.
  func result(_ type: TypeSyntax?, position: Position) throws(TypeMappingFailure) -> CType {
    guard let type else { return .void }
    let mapped = try value(type, isOptional: false, position: position)
    if case .callback = mapped {
      throw TypeMappingFailure(reason: "a callback cannot be returned")
    }
    return mapped
  }

  private func value(
    _ type: TypeSyntax,
    isOptional: Bool,
    position: Position
  ) throws(TypeMappingFailure) -> CType {
    if let optional = type.as(OptionalTypeSyntax.self), !isOptional {
      return try value(optional.wrappedType, isOptional: true, position: position)
    }
    if let tuple = type.as(TupleTypeSyntax.self), tuple.elements.isEmpty, !isOptional {
      return .void
    }
    guard let identifier = type.as(IdentifierTypeSyntax.self) else {
      throw unknown(type)
    }
    let name = identifier.name.plainName
    if let argument = identifier.genericArgumentClause?.arguments.first?.argument.as(TypeSyntax.self) {
      let pointer = try pointer(name, to: argument, in: type)
      try requireOptional(isOptional, position, type)
      return pointer
    }
    if let pointer = plainPointer(name) {
      try requireOptional(isOptional, position, type)
      return pointer
    }
    let scalar = CScalar(rawValue: name)
    guard name == "Void" || (scalar != nil && scalar != .character) else { throw unknown(type) }
    guard !isOptional else {
      throw TypeMappingFailure(reason: "`\(name)?` has no C form: only pointers, handles and callbacks are Optional")
    }
    return scalar.map { .scalar($0) } ?? .void
  }

  /// The pointers that are written without generic arguments.
  private func plainPointer(_ name: String) -> CType? {
    switch name {
    case "UnsafeMutableRawPointer": .pointer(to: .void, isConst: false)
    case "UnsafeRawPointer": .pointer(to: .void, isConst: true)
    default:
      if let handle = names.handles[name] {
        .pointer(to: .handle(handle.cName), isConst: false)
      } else {
        names.callbacks[name].map { .callback($0) }
      }
    }
  }

  private func pointer(
    _ name: String,
    to pointee: TypeSyntax,
    in type: TypeSyntax
  ) throws(TypeMappingFailure) -> CType {
    guard name == "UnsafePointer" || name == "UnsafeMutablePointer" else { throw unknown(type) }
    let isConst = name == "UnsafePointer"
    if let scalar = CScalar(rawValue: pointee.trimmedDescription) {
      return .pointer(to: .scalar(scalar), isConst: isConst)
    }
    let target = try value(pointee, isOptional: false, position: .fromC)
    guard target != .void else { throw unknown(type) }
    return .pointer(to: target, isConst: isConst)
  }

  private func requireOptional(
    _ isOptional: Bool,
    _ position: Position,
    _ type: TypeSyntax
  ) throws(TypeMappingFailure) {
    guard isOptional || position == .toC else {
      throw TypeMappingFailure(
        reason: "every pointer from C is Optional, since C may pass NULL: write `\(type.trimmedDescription)?`"
      )
    }
  }

  private func unknown(_ type: TypeSyntax) -> TypeMappingFailure {
    let name = type.trimmedDescription
    switch name {
    case "Int":
      return TypeMappingFailure(
        reason: "`Int` has no fixed size in C: use `UInt` for a size (size_t), or `Int64` or `Int32` for a number"
      )
    case "CChar":
      return TypeMappingFailure(reason: "`CChar` is passed by pointer only")
    case "OpaquePointer":
      return TypeMappingFailure(
        reason: "a bare `OpaquePointer` would be any handle to C: use a typealias such as `SessionHandle`"
      )
    case _ where names.enums.contains(name):
      return TypeMappingFailure(
        reason: "`\(name)` is published as constants, but C may pass any number: use `Int32` and check it"
      )
    case _ where type.is(FunctionTypeSyntax.self) || type.is(AttributedTypeSyntax.self):
      return TypeMappingFailure(reason: "`\(name)`: give the callback a public typealias and use that, Optional")
    default:
      return TypeMappingFailure(reason: "the type `\(name)` has no C form")
    }
  }
}
