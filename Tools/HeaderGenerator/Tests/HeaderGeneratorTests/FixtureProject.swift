import Foundation

@testable import HeaderGenerator

/// The project in `Fixtures/Project`: its sources, and the outputs that they have to give.
enum FixtureProject {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/Project")

  static func path(_ path: String) -> String {
    root.appending(path: path).path(percentEncoded: false)
  }

  static var rootPath: String { root.path(percentEncoded: false) }
}

/// A folder that is removed with the value's last use.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "header-generator-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: url)
  }

  /// A copy of the fixture project, to be changed at will.
  static func withFixtureProject() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try FileManager.default.removeItem(at: folder.url)
    try FileManager.default.copyItem(at: FixtureProject.root, to: folder.url)
    return folder
  }

  var path: String { url.path(percentEncoded: false) }

  func path(_ name: String) -> String {
    url.appending(path: name).path(percentEncoded: false)
  }

  func read(_ name: String) throws -> String {
    try String(contentsOf: url.appending(path: name), encoding: .utf8)
  }

  func write(_ text: String, to name: String) throws {
    try text.write(to: url.appending(path: name), atomically: true, encoding: .utf8)
  }

  func edit(_ name: String, replacing old: String, with new: String) throws {
    let text = try read(name)
    guard text.contains(old) else { throw NothingToReplace(text: old) }
    try write(text.replacing(old, with: new), to: name)
  }

  struct NothingToReplace: Error {
    let text: String
  }
}
