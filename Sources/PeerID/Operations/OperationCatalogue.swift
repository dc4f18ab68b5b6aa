internal import CCatalogue
import Synchronization

/// All operations that PeerID knows, found by name and by number.
///
/// The table is decompressed when the first client is made. An operation's line is parsed when the operation is first
/// used. Parsing takes no lock, because the process may fork at any time.
package struct OperationCatalogue: Sendable {
  /// The catalogue of this version of the library.
  package static let standard = OperationCatalogue(
    table: Bytes(capacity: Int(CCATALOGUE_LENGTH)) { ccatalogue_read($0.baseAddress) }
  )

  /// An operation of the catalogue and, once it has been used, its parsed definition.
  package final class Entry: Sendable {
    package let name: String
    package let id: Int32
    fileprivate let place: Range<Int>
    fileprivate let definition = AtomicLazyReference<OperationDefinition>()
    fileprivate let description = AtomicLazyReference<Bytes>()

    fileprivate init(name: String, id: Int32, place: Range<Int>) {
      self.name = name
      self.id = id
      self.place = place
    }
  }

  /// The names and numbers of all operations, in the order of the numbers.
  package let entries: [Entry]
  private let indexByName: [String: Int]
  private let table: Bytes
  private let types: [(name: String, place: Range<Int>)]

  /// Reads a table: a line of JSON for each type that operations share, and for each operation.
  init(table: Bytes) {
    precondition(table.count > 0, "memory ran out")
    var types: [(name: String, place: Range<Int>)] = []
    var entries: [Entry] = []
    var indexByName: [String: Int] = [:]
    for line in table.raw.split(separator: UInt8(ascii: "\n")) {
      let place = line.startIndex..<line.endIndex
      // Each line begins with the name; the line of an operation continues with its number: {"name":"transfer","id":0,…
      let head = line.prefix(100).split(separator: UInt8(ascii: "\""))
      guard head.count > 5 else { continue }
      let name = String(utf8: head[3])
      if UnsafeRawBufferPointer(rebasing: head[5]).isSame(as: "id"),
        let id = Int64(decimal: head[6].dropFirst().dropLast()).flatMap({ Int32(exactly: $0) })
      {
        indexByName[name] = entries.count
        entries.append(Entry(name: name, id: id, place: place))
      } else {
        types.append((name, place))
      }
    }
    self.table = table
    self.entries = entries
    self.types = types
    self.indexByName = indexByName
  }

  /// All operations, in the order of their numbers.
  package var operations: [OperationDefinition] { entries.compactMap(definition) }

  /// The operation of this name, exactly as the server spells it.
  package func operation(named name: String) -> OperationDefinition? {
    indexByName[name].flatMap { definition(of: entries[$0]) }
  }

  /// The operation with this number on the chain.
  package func operation(id: Int32) -> OperationDefinition? {
    entries.first { $0.id == id }.flatMap(definition)
  }

  /// The number of an operation.
  package func id(of name: String) -> Int32? { indexByName[name].map { entries[$0].id } }

  /// The name of an operation.
  package func name(of id: Int32) -> String? { entries.first { $0.id == id }?.name }

  /// The name with the most similar spelling; `nil` if none is similar.
  func nearestName(to name: String) -> String? {
    EditDistance.nearest(to: name, in: entries.lazy.map { $0.name })
  }

  /// The description of an operation as JSON: its line of the table and the types that it uses. Cached.
  package func description(of name: String) -> Bytes? {
    guard let entry = indexByName[name].map({ entries[$0] }) else { return nil }
    if let known = entry.description.load() { return known }
    let line = text(entry.place)
    let types = types(in: line).map { "\"\($0.name)\":" + String(utf8: text($0.place)) }
    let head = String(utf8: line.dropLast())
    return entry.description.storeIfNil(Bytes(head + ",\"types\":{" + types.joined(separator: ",") + "}}"))
  }

  private func definition(of entry: Entry) -> OperationDefinition? {
    if let known = entry.definition.load() { return known }
    var types: [CatalogueReader.NamedType] = []
    let line = text(entry.place)
    for (name, place) in self.types(in: line) {
      let type = (try? JSONIndex(text(place)))?.withRoot { CatalogueReader(types: types).namedType($0) }
      if let type { types.append((name, type)) }
    }
    let read = (try? JSONIndex(line))?.withRoot { CatalogueReader(types: types).operation($0) }
    return (read ?? nil).map { entry.definition.storeIfNil($0) }
  }

  /// The types that a line uses. Each type comes after the types that it uses itself.
  private func types(in line: UnsafeRawBufferPointer) -> [(name: String, place: Range<Int>)] {
    var used: [(name: String, place: Range<Int>)] = []
    (try? JSONIndex(line))?.withRoot { value in
      value.member("uses")?.forEachElement { element in
        let name = element.string
        if let type = types.first(where: { $0.name == name }) { used.append(type) }
      }
    }
    return used
  }

  private func text(_ place: Range<Int>) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: table.raw[place])
  }
}
