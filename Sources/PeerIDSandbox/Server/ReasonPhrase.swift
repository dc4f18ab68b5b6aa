internal import CMicroHTTPD

/// What stands behind a status code in the first line of an answer.
func reasonPhrase(_ status: Int) -> String {
  guard let code = UInt32(exactly: status), let phrase = MHD_get_reason_phrase_for(code) else { return "Unknown" }
  return String(cString: phrase)
}
