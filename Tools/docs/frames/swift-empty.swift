import PeerID

let url = "http://127.0.0.1:8400"
let secret = "demo-secret-4"
let password = "alice-password"

// PROGRAM
