// swift-tools-version: 6.2

import PackageDescription

// A package of its own, so that the library has no remote dependency. The products of two packages may not share a
// name, and the library's is called peerid, so the program is installed as peerid but built as peerid-command.
let package = Package(
  name: "peerid-command",
  products: [.executable(name: "peerid-command", targets: ["peerid-command"])],
  dependencies: [
    .package(name: "libpeerid", path: "../.."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.6.0"),
  ],
  targets: [
    .executableTarget(
      name: "peerid-command",
      dependencies: [
        .product(name: "PeerID", package: "libpeerid"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]
    ),
    .testTarget(
      name: "CommandTests",
      dependencies: ["peerid-command", .product(name: "ArgumentParser", package: "swift-argument-parser")]
    ),
  ]
)

for target in package.targets {
  target.swiftSettings = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
  ]
}
