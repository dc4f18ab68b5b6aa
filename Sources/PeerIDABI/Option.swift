// swift-format-ignore-file: ValidateDocumentationComments
// Tools/header checks these comments. Facts that apply to all functions are in Contract.swift.

internal import PeerID

/// The strings of the option table at fixed addresses.
private enum OptionTexts {
  static let all = OptionTable.all.map { option in
    (
      name: Bytes(option.name), values: Bytes(option.accepts), defaultValue: Bytes(option.defaultValue),
      help: Bytes(option.help)
    )
  }
}

/// Describes an option of `peerid_config_set`. Call it with 0, 1, 2, … to list all options.
/// - Parameters:
///   - index: from 0.
///   - outName: receives the option's name; may be NULL.
///   - outValues: receives a readable description of the valid values, such as `1–3600000`; may be NULL.
///   - outDefault: receives the default value; may be NULL.
///   - outHelp: receives what the option does; may be NULL.
/// - Returns: true for an option; false past the end. The strings are static.
@_cdecl("peerid_option_describe")
public func optionDescribe(
  _ index: UInt,
  _ outName: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
  _ outValues: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
  _ outDefault: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
  _ outHelp: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> Bool {
  guard index < UInt(OptionTexts.all.count) else { return false }
  let option = OptionTexts.all[Int(index)]
  outName?.pointee = option.name.cString
  outValues?.pointee = option.values.cString
  outDefault?.pointee = option.defaultValue.cString
  outHelp?.pointee = option.help.cString
  return true
}
