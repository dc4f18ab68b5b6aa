/// The paths that the sandbox answers. A control that names another path is refused.
enum KnownPaths {
  static let all = [
    "/api/v1/auth/token", "/api/v1/auth/exchange", "/api/v1/auth/refreshtoken", "/api/v1/app/operations",
    "/api/v1/app/transaction-token", "/api/v1/app/broadcast", "/api/v1/app/blockchain-data", "/api/v1/auth/sign-in",
    "/api/v1/auth/logout", "/api/v1/app/join", "/api/v1/profile", "/permissions", "/callback", "/",
  ]
}
