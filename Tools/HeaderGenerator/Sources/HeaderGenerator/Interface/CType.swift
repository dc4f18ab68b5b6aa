/// A type of the C interface.
indirect enum CType: Hashable, Sendable {
  case void
  case scalar(CScalar)
  /// An opaque struct by its C name; only ever behind a pointer.
  case handle(String)
  /// A pointer to a function by the C name of its type.
  case callback(String)
  /// A pointer; `isConst` tells whether what it points to is `const`.
  case pointer(to: CType, isConst: Bool)

  /// The type as C writes it without a name, such as `const char *`.
  var spelling: String {
    switch self {
    case .void: "void"
    case .scalar(let scalar): scalar.cName
    case .handle(let name), .callback(let name): name
    case .pointer(to: let pointee, let isConst):
      if case .pointer = pointee {
        pointee.spelling + (isConst ? "const *" : "*")
      } else {
        (isConst ? "const " : "") + pointee.spelling + " *"
      }
    }
  }

  /// The declaration of something with this type, such as `const char *text`.
  func declaring(_ name: String) -> String {
    spelling.hasSuffix("*") ? spelling + name : "\(spelling) \(name)"
  }
}

/// A C type that is passed by value.
enum CScalar: String, CaseIterable, Sendable {
  case character = "CChar"
  case boolean = "Bool"
  case uint8 = "UInt8"
  case int32 = "Int32"
  case uint32 = "UInt32"
  case int64 = "Int64"
  case uint64 = "UInt64"
  case size = "UInt"
  case double = "Double"

  var cName: String {
    switch self {
    case .character: "char"
    case .boolean: "bool"
    case .uint8: "uint8_t"
    case .int32: "int32_t"
    case .uint32: "uint32_t"
    case .int64: "int64_t"
    case .uint64: "uint64_t"
    case .size: "size_t"
    case .double: "double"
    }
  }
}
