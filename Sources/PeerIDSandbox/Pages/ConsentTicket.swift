/// The request that a consent page shows. The page contains the ticket's name in a hidden field, so no cookie is
/// needed.
struct ConsentTicket {
  let userID: Int
  let clientID: Int
  let redirectURI: String
  let state: String?
}
