url, secret, password = "http://127.0.0.1:8400", "demo-secret-4", "alice-password"
# PROGRAM
