import Foundation

/// The files of a project.
struct ProjectFolder {
  /// Why a file of the project is of no use.
  enum Failure: Error, CustomStringConvertible {
    case noFolder(String)

    var description: String {
      switch self {
      case .noFolder(let path): "there is no folder \(path): is --root the root of the project?"
      }
    }
  }

  private let root: URL

  init(root: String) {
    self.root = URL(filePath: root, directoryHint: .isDirectory)
  }

  /// The Swift files in folders and the folders below them.
  func swiftFiles(in folders: [String]) throws -> [SourceText] {
    try folders.flatMap { folder in
      guard let names = FileManager.default.enumerator(atPath: url(folder).path(percentEncoded: false)) else {
        throw Failure.noFolder(folder)
      }
      let paths = names.compactMap { $0 as? String }.filter(Self.isSource).sorted()
      guard !paths.isEmpty else { throw Failure.noFolder(folder) }
      return try paths.map { path in
        let path = "\(folder)/\(path)"
        return SourceText(path: path, text: try String(contentsOf: url(path), encoding: .utf8))
      }
    }
  }

  /// The text of a file; `nil` when it does not exist.
  func read(_ path: String) throws -> String? {
    guard FileManager.default.fileExists(atPath: url(path).path(percentEncoded: false)) else { return nil }
    return try String(contentsOf: url(path), encoding: .utf8)
  }

  func write(_ file: GeneratedFile) throws {
    let target = url(file.path)
    try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try file.text.write(to: target, atomically: true, encoding: .utf8)
  }

  /// Editors leave hidden files beside the sources.
  private static func isSource(_ path: String) -> Bool {
    path.hasSuffix(".swift") && !path.split(separator: "/").contains { $0.hasPrefix(".") }
  }

  private func url(_ path: String) -> URL {
    root.appending(path: path)
  }
}
