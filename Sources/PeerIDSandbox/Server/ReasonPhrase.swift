internal import CMicroHTTPD

/// The reason phrase of a status code.
func reasonPhrase(_ status: Int) -> String {
  guard let code = UInt32(exactly: status), let phrase = MHD_get_reason_phrase_for(code) else { return "Unknown" }
  return String(cString: phrase)
}
