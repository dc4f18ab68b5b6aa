/// Writes the C header.
struct HeaderWriter {
  let interface: Interface

  private var comments: DoxygenWriter { DoxygenWriter(errorConstants: interface.errorConstants) }

  var lines: [String] {
    let sections: [[String]] = [
      ["/* \(GeneratedFile.notice) */"] + comments.fileComment(interface.contract.documentation, file: "peerid.h"),
      ["#ifndef PEERID_H", "#define PEERID_H"],
      ["#include <stdbool.h>", "#include <stddef.h>", "#include <stdint.h>"],
      version,
      attributes,
      ["#ifdef __cplusplus", "extern \"C\" {", "#endif"],
      group("Handles", interface.handles.map { comments.comment($0.documentation) + [$0.cDeclaration] }),
      group("Constants", interface.enums.map(declaration)),
      group("Callbacks", interface.callbacks.map(declaration)),
      functions,
      ["#ifdef __cplusplus", "}", "#endif"],
      ["#endif /* PEERID_H */"],
    ]
    return Array(sections.filter { !$0.isEmpty }.joined(separator: [""]))
  }

  private var version: [String] {
    let version = interface.version
    return [
      "/** The version of this header; `peerid_version_number()` is that of the library in use. */",
      "#define PEERID_VERSION_MAJOR \(version.major)",
      "#define PEERID_VERSION_MINOR \(version.minor)",
      "#define PEERID_VERSION_PATCH \(version.patch)",
      "/** Major * 10000 + minor * 100 + patch, to be compared. */",
      "#define PEERID_VERSION_NUMBER \(version.number)",
      "/** The version as people write it. */",
      "#define PEERID_VERSION_STRING \"\(version.text)\"",
    ]
  }

  private let attributes = [
    "/** Marks what the library exports. */",
    "#ifdef __GNUC__",
    "#define PEERID_API __attribute__((visibility(\"default\")))",
    "#else",
    "#define PEERID_API",
    "#endif",
    "",
    "/** Marks functions that can fail: the compiler warns when the error is dropped. */",
    "#ifdef __GNUC__",
    "#define PEERID_MUST_CHECK __attribute__((warn_unused_result))",
    "#else",
    "#define PEERID_MUST_CHECK",
    "#endif",
  ]

  private var functions: [String] {
    let paths = interface.functions.map(\.place.path).reduce(into: [String]()) { paths, path in
      if paths.last != path {
        paths.append(path)
      }
    }
    let groups = paths.map { path in
      let functions = interface.functions.filter { $0.place.path == path }
      return group(SourceText.baseName(path), functions.map(declaration))
    }
    return Array(groups.joined(separator: [""]))
  }

  /// Declarations under a heading, which Doxygen shows as a group.
  private func group(_ name: String, _ declarations: [[String]]) -> [String] {
    guard !declarations.isEmpty else { return [] }
    let opening = ["/**", " * @name \(name)", " * @{", " */", ""]
    return opening + declarations.joined(separator: [""]) + ["", "/** @} */"]
  }

  private func declaration(_ published: PublishedEnum) -> [String] {
    let constants = published.constants.enumerated().flatMap { index, constant in
      let isLast = index == published.constants.count - 1
      return comments.comment(constant.documentation, indentation: "  ")
        + ["  \(constant.cName) = \(constant.value)\(isLast ? "" : ",")"]
    }
    return comments.comment(published.documentation)
      + ["typedef enum \(published.cName) {"] + constants + ["} \(published.cName);"]
  }

  private func declaration(_ callback: Callback) -> [String] {
    comments.comment(callback.documentation, parameters: callback.parameters) + callback.cDeclaration
  }

  private func declaration(_ function: Function) -> [String] {
    comments.comment(function.documentation, parameters: function.parameters) + function.cDeclaration
  }
}
