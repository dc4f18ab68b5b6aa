internal import PeerID

/// The texts of the option table, made once, at addresses that live as long as the program.
private enum OptionTexts {
  static let all = OptionTable.all.map { option in
    (
      name: Bytes(option.name),
      accepts: Bytes(option.accepts),
      defaultValue: Bytes(option.defaultValue),
      help: Bytes(option.help)
    )
  }

  static func at(_ index: UInt) -> (name: Bytes, accepts: Bytes, defaultValue: Bytes, help: Bytes)? {
    index < UInt(all.count) ? all[Int(index)] : nil
  }
}

/// The name of an option, to list them all.
///
/// - Parameter index: from 0 upwards.
/// - Returns: a text that lives as long as the program; NULL past the end.
@_cdecl("peerid_option_name")
public func optionName(_ index: UInt) -> UnsafePointer<CChar>? {
  OptionTexts.at(index)?.name.cString
}

/// What an option takes, for people, such as `1–3600000`.
///
/// - Parameter index: from 0 upwards.
/// - Returns: a text that lives as long as the program; NULL past the end.
@_cdecl("peerid_option_accepts")
public func optionAccepts(_ index: UInt) -> UnsafePointer<CChar>? {
  OptionTexts.at(index)?.accepts.cString
}

/// The value of an option when nobody sets it.
///
/// - Parameter index: from 0 upwards.
/// - Returns: a text that lives as long as the program; NULL past the end.
@_cdecl("peerid_option_default")
public func optionDefault(_ index: UInt) -> UnsafePointer<CChar>? {
  OptionTexts.at(index)?.defaultValue.cString
}

/// What an option does.
///
/// - Parameter index: from 0 upwards.
/// - Returns: a text that lives as long as the program; NULL past the end.
@_cdecl("peerid_option_help")
public func optionHelp(_ index: UInt) -> UnsafePointer<CChar>? {
  OptionTexts.at(index)?.help.cString
}
