// swift-tools-version: 6.2

import PackageDescription

// The shipped library carries its own Swift runtime and exports `peerid_*` alone; the shipped sandbox carries its own as
// well. These linker settings would break `swift test -c release`, and unsafe flags would keep other packages from
// depending on this one, so only the Makefile's build of what is shipped asks for them.
let shipped = Context.environment["PEERID_SHIPPED"] == "1"

// The thread sanitizer watches the core. Without the tests of the sandbox it has less to compile.
let withoutSandboxTests = Context.environment["PEERID_WITHOUT_SANDBOX_TESTS"] == "1"

let package = Package(
  name: "libpeerid",
  products: [
    .library(name: "PeerID", targets: ["PeerID"]),
    .library(name: "peerid", type: .dynamic, targets: ["PeerIDABI"]),
    .library(name: "PeerIDSandbox", targets: ["PeerIDSandbox"]),
    .executable(name: "peerid-sandbox", targets: ["peerid-sandbox"]),
  ],
  targets: [
    .systemLibrary(name: "CCatalogue", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CJansson", pkgConfig: "jansson", providers: [.apt(["libjansson-dev"])]),
    .systemLibrary(name: "CMicroHTTPD", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CLinux"),
    // memcheck of Debian 12 reads no newer debug information.
    .target(name: "CRuntime", exclude: ["embedded.c"], cSettings: shipped ? [.unsafeFlags(["-gdwarf-4"])] : []),
    .target(name: "PeerID", dependencies: ["CCatalogue", "CCurl", "CJansson", "CLinux"]),
    .target(name: "PeerIDABI", dependencies: ["PeerID", "CLinux"] + (shipped ? ["CRuntime"] : [])),
    .target(name: "PeerIDSandbox", dependencies: ["PeerID", "CMicroHTTPD", "CZlib"]),
    .executableTarget(name: "peerid-sandbox", dependencies: ["PeerIDSandbox"]),
    .testTarget(name: "PeerIDTests", dependencies: ["PeerID", "PeerIDSandbox"]),
    .testTarget(name: "PeerIDSandboxTests", dependencies: ["PeerIDSandbox", "PeerID"]),
  ]
)

if withoutSandboxTests { package.targets.removeAll { $0.name == "PeerIDSandboxTests" } }

for target in package.targets where target.type != .system && target.name != "CRuntime" {
  var settings = target.swiftSettings ?? []
  settings += [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
  ]
  if shipped && ["PeerID", "PeerIDABI"].contains(target.name) {
    // The pass makes a copy of a function for each closure that it is called with.
    settings.append(
      .unsafeFlags([
        "-cross-module-optimization", "-Xfrontend", "-disable-reflection-metadata",
        "-Xllvm", "-sil-disable-pass=closure-specialize",
      ])
    )
  }
  target.swiftSettings = settings
  if shipped && target.name == "PeerIDABI" {
    target.linkerSettings = [
      .unsafeFlags([
        "-static-stdlib", "-use-ld=lld",
        "-Xlinker", "--version-script=\(Context.packageDirectory)/Tools/ABI/peerid.map",
        "-Xlinker", "-soname=libpeerid.so.1",
        "-Xlinker", "-z", "-Xlinker", "nodelete",
        "-Xlinker", "-z", "-Xlinker", "relro", "-Xlinker", "-z", "-Xlinker", "now",
        "-Xlinker", "--wrap=_swift_stdlib_getScalarName", "-Xlinker", "--wrap=_swift_stdlib_getAge",
        "-Xlinker", "--gc-sections", "-Xlinker", "--icf=all", "-Xlinker", "-O2",
        "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs",
      ])
    ]
  }
  if shipped && target.name == "peerid-sandbox" {
    target.linkerSettings = [
      .unsafeFlags(["-static-stdlib", "-Xlinker", "-z", "-Xlinker", "now", "-Xlinker", "--gc-sections"])
    ]
  }
}
