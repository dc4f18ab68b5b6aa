/// What a consent page that is open in a browser is about. The page carries the ticket's name in a hidden field, so no
/// cookie is needed.
struct ConsentTicket {
  let userID: Int
  let clientID: Int
  let redirectURI: String
  let state: String?
}
