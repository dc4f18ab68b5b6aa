/// Writes the interface as a Python module for ctypes.
struct PythonPrototypes {
  /// The line length of the usual formatters, so that they leave the file alone.
  private static let lineLength = 88

  let interface: Interface

  var lines: [String] {
    ["# \(GeneratedFile.notice)"] + head + version + interface.enums.flatMap(constants)
      + interface.handles.flatMap(handle) + pointers + interface.callbacks.flatMap(callback) + table + declare
  }

  private let head = [
    "\"\"\"The C interface of libpeerid, as ctypes sees it.\"\"\"",
    "",
    "from __future__ import annotations",
    "",
    "import ctypes",
    "from typing import TYPE_CHECKING, Any",
  ]

  private var version: [String] {
    let version = interface.version
    return [
      "",
      "# The version that these prototypes were made for.",
      "VERSION_MAJOR = \(version.major)",
      "VERSION_MINOR = \(version.minor)",
      "VERSION_PATCH = \(version.patch)",
      "VERSION_NUMBER = \(version.number)",
      "VERSION_STRING = \"\(version.text)\"",
    ]
  }

  private func constants(_ published: PublishedEnum) -> [String] {
    [""] + comment("\(published.cName): ", published.documentation)
      + published.constants.map { "\(PythonNames.constant($0.cName)) = \($0.value)" }
  }

  private func handle(_ handle: Handle) -> [String] {
    ["", ""] + comment("", handle.documentation)
      + ["class \(PythonNames.type(handle.cName))(ctypes.Structure):", "    pass"]
  }

  /// A pointer type of its own for each handle, so that ctypes refuses one of another kind.
  private var pointers: [String] {
    guard !interface.handles.isEmpty else { return [] }
    let names = interface.handles.map { PythonNames.type($0.cName) }
    return ["", "", "if TYPE_CHECKING:"] + names.map { "    \($0)Pointer = ctypes._Pointer[\($0)]" }
      + ["else:"] + names.map { "    \($0)Pointer = ctypes.POINTER(\($0))" }
  }

  private func callback(_ callback: Callback) -> [String] {
    let types = [callback.result.python(.returnedByPython)] + callback.parameters.map { $0.type.python() }
    return [""] + comment("", callback.documentation)
      + Self.tuple(types, opening: "\(PythonNames.type(callback.cName)) = ctypes.CFUNCTYPE(", indentation: "")
  }

  private var table: [String] {
    let rows = interface.functions.flatMap { function in
      comment("    ", function.documentation, indentation: "    ") + row(function)
    }
    return [
      "",
      "# Every function: its symbol, the type of its result, the types of its parameters.",
      "FUNCTIONS: tuple[tuple[str, Any, tuple[Any, ...]], ...] = (",
    ] + rows + [")"]
  }

  private func row(_ function: Function) -> [String] {
    let symbol = "\"\(function.symbol)\""
    let result = function.result.python()
    let types = function.parameters.map { $0.type.python() }
    let line = "    (\(symbol), \(result), \(Self.inlineTuple(types))),"
    guard line.count > Self.lineLength else { return [line] }
    let parameters = Self.tuple(types, opening: "(", indentation: "        ", closing: "),", isTuple: true)
    return ["    (", "        \(symbol),", "        \(result),"] + parameters + ["    ),"]
  }

  private let declare = [
    "",
    "",
    "def declare(library: ctypes.CDLL) -> None:",
    "    \"\"\"Tell ctypes the types of every function of the library.\"\"\"",
    "    for symbol, restype, argtypes in FUNCTIONS:",
    "        function = getattr(library, symbol)",
    "        function.restype = restype",
    "        function.argtypes = argtypes",
  ]

  /// The first sentence of a doc comment, as Python comments.
  private func comment(_ prefix: String, _ documentation: DocComment?, indentation: String = "") -> [String] {
    let summary = documentation?.summary ?? ""
    let text = prefix.allSatisfy { $0 == " " } ? summary : prefix + summary
    return TextWrapping.wrap(text, width: Self.lineLength, first: "\(indentation)# ", rest: "\(indentation)# ")
  }

  private static func inlineTuple(_ elements: [String]) -> String {
    elements.count == 1 ? "(\(elements[0]),)" : "(\(elements.joined(separator: ", ")))"
  }

  /// Elements in parentheses: on one line, or one a line with a comma behind the last, as formatters write them.
  private static func tuple(
    _ elements: [String],
    opening: String,
    indentation: String,
    closing: String = ")",
    isTuple: Bool = false
  ) -> [String] {
    let comma = isTuple && elements.count == 1 ? "," : ""
    let line = indentation + opening + elements.joined(separator: ", ") + comma + closing
    guard line.count > lineLength else { return [line] }
    return [indentation + opening] + elements.map { "\(indentation)    \($0)," } + [indentation + closing]
  }
}
