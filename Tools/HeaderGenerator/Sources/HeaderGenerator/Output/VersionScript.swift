/// Writes the linker script that exports the functions of the interface and hides everything else.
struct VersionScript {
  let interface: Interface

  var lines: [String] {
    let symbols = interface.functions.map(\.symbol).sorted()
    let exported = symbols.isEmpty ? [] : ["  global:"] + symbols.map { "    \($0);" }
    return ["/* \(GeneratedFile.notice) */", "PEERID_1 {"] + exported + ["  local:", "    *;", "};"]
  }
}
