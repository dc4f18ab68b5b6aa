import FoundationEssentials
import Glibc

/// A file with a server and an application: `$XDG_CONFIG_HOME/peerid/NAME.json`.
struct Profile: Decodable, Equatable {
  var baseURL: String?
  var clientID: String?
  var secret: SecretSource?
  var redirectURI: String?
  var user: String?
  var options: [String: String] = [:]

  /// The profile for `peerid sandbox`, with the public secret of the sandbox.
  static let sandbox = Profile(
    baseURL: "http://127.0.0.1:\(RunSandbox.defaultPort)",
    clientID: "4",
    secret: .text("demo-secret-4")
  )

  static let sandboxName = "sandbox"
  static let defaultName = "default"

  static func path(_ name: String) -> String { "\(Directories.configuration)/\(name).json" }

  /// The names of all profiles, for completion and for messages.
  static var names: [String] {
    var names: Set = [sandboxName]
    if let directory = opendir(Directories.configuration) {
      defer { closedir(directory) }
      while let entry = readdir(directory) {
        let file = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        if file.hasSuffix(".json") { names.insert(String(file.dropLast(5))) }
      }
    }
    return names.sorted()
  }

  /// Reads a profile; `nil` if none has this name.
  static func load(_ name: String) throws(Failure) -> Profile? {
    guard !name.isEmpty, !name.contains("/"), !name.hasPrefix(".") else {
      throw Failure(.usage, "'\(name)' is not a valid profile name: use a file name without .json")
    }
    guard let content = try TextFile.read(path(name)) else { return name == sandboxName ? .sandbox : nil }
    return try parse(content, path(name))
  }

  /// Parses a profile. `path` is for messages.
  static func parse(_ content: [UInt8], _ path: String) throws(Failure) -> Profile {
    do {
      return try JSONDecoder().decode(Profile.self, from: Data(content))
    } catch let fault as ProfileFault {
      throw Failure(.usage, "'\(path)': \(fault.message)")
    } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
      let place = context.codingPath.map(\.stringValue).joined(separator: ".")
      throw Failure(.usage, "'\(path)': '\(place)' has the wrong type; peerid(1) shows a profile")
    } catch {
      throw Failure(.usage, "'\(path)' is not a JSON object; peerid(1) shows a profile")
    }
  }

  private enum Key: String, CaseIterable {
    case baseURL = "base_url"
    case clientID = "client_id"
    case secret = "client_secret"
    case redirectURI = "redirect_uri"
    case user
    case options
  }

  init(
    baseURL: String? = nil,
    clientID: String? = nil,
    secret: SecretSource? = nil,
    redirectURI: String? = nil,
    user: String? = nil,
    options: [String: String] = [:]
  ) {
    self.baseURL = baseURL
    self.clientID = clientID
    self.secret = secret
    self.redirectURI = redirectURI
    self.user = user
    self.options = options
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: AnyKey.self)
    for key in container.allKeys.map(\.stringValue).sorted() where Key(rawValue: key) == nil {
      throw ProfileFault.unknownKey(key, Key.allCases.map(\.rawValue))
    }
    func text(_ key: Key) throws -> String? {
      try container.decodeIfPresent(String.self, forKey: AnyKey(key.rawValue))
    }
    baseURL = try text(.baseURL)
    clientID = try container.decodeIfPresent(Scalar.self, forKey: AnyKey(Key.clientID.rawValue))?.text
    redirectURI = try text(.redirectURI)
    user = try text(.user)
    secret = try container.decodeIfPresent(SecretSource.self, forKey: AnyKey(Key.secret.rawValue))
    options =
      try container.decodeIfPresent([String: Scalar].self, forKey: AnyKey(Key.options.rawValue))?
      .mapValues(\.text) ?? [:]
  }
}

/// An error in a profile other than a wrong type.
struct ProfileFault: Error {
  let message: String

  static func unknownKey(_ key: String, _ known: [String]) -> ProfileFault {
    let all = known.map { "'\($0)'" }.joined(separator: ", ")
    return ProfileFault(
      message: "unknown key '\(key)'" + Nearest.hint(key, known, otherwise: ";") + " the keys are \(all)"
    )
  }
}

/// Any key of a JSON object.
struct AnyKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(_ name: String) { stringValue = name }
  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

/// A string, an integer or a boolean, as a string.
private struct Scalar: Decodable {
  let text: String

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let text = try? container.decode(String.self) {
      self.text = text
    } else if let number = try? container.decode(Int64.self) {
      text = String(number)
    } else {
      text = String(try container.decode(Bool.self))
    }
  }
}
