extension CType {
  /// Where a type stands: ctypes has its own rules for what Python code returns to C.
  enum PythonPosition {
    case declared
    case returnedByPython
  }

  /// The type as ctypes writes it.
  func python(_ position: PythonPosition = .declared) -> String {
    if position == .returnedByPython, case .pointer = self {
      // ctypes refuses a callback that returns a typed pointer.
      return "ctypes.c_void_p"
    }
    switch self {
    case .void: return "None"
    case .scalar(let scalar): return scalar.pythonName
    case .handle(let name), .callback(let name): return PythonNames.type(name)
    case .pointer(to: .void, _): return "ctypes.c_void_p"
    case .pointer(to: .handle(let name), _): return PythonNames.type(name) + "Pointer"
    // `c_char_p` accepts `bytes`, which nobody may write to.
    case .pointer(to: .scalar(.character), isConst: true): return "ctypes.c_char_p"
    case .pointer(to: let pointee, _): return "ctypes.POINTER(\(pointee.python()))"
    }
  }
}

extension CScalar {
  fileprivate var pythonName: String {
    switch self {
    case .character: "ctypes.c_char"
    case .boolean: "ctypes.c_bool"
    case .uint8: "ctypes.c_uint8"
    case .int32: "ctypes.c_int32"
    case .uint32: "ctypes.c_uint32"
    case .int64: "ctypes.c_int64"
    case .uint64: "ctypes.c_uint64"
    case .size: "ctypes.c_size_t"
    case .double: "ctypes.c_double"
    }
  }
}

/// How C names become Python names.
enum PythonNames {
  /// `peerid_log_handler` becomes `LogHandler`.
  static func type(_ cName: String) -> String {
    cName.dropFirst(CNames.prefix.count).split(separator: "_").map { word in
      word.prefix(1).uppercased() + word.dropFirst()
    }.joined()
  }

  /// `PEERID_CODE_REFUSED` becomes `CODE_REFUSED`.
  static func constant(_ cName: String) -> String {
    String(cName.dropFirst(CNames.prefix.count))
  }
}
