import PeerID

let url = "http://127.0.0.1:8400"
let secret = "demo-secret-4"
let password = "alice-password"
let configuration = try Configuration(baseURL: url, clientID: "4", clientSecret: secret)
let client = try Client(configuration)
let session = try client.logIn(login: "alice", password: password)
let transfer = """
  {"op_name": "transfer", "fee_asset": "1.3.0", "from": "1.2.31", "to": "1.2.33",
   "amount": {"amount": 100000, "asset_id": "1.3.0"}}
  """

do {
  // PROGRAM
}
