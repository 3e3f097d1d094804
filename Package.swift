// swift-tools-version: 6.2
import PackageDescription

/// One set of rules for every Swift target: Swift 6, warnings are errors, imports are internal unless said otherwise.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

/// Test code is not optimised, also in a release build: it is compiled faster, and the optimiser of Swift 6.3.1 breaks off
/// over closures with typed throws inside `#expect` (OSSACompleteLifetime). What is tested is optimised all the same.
let strictTests: [SwiftSetting] = strict + [.unsafeFlags(["-Onone"])]

let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let http: [Target.Dependency] = [
  .product(name: "AsyncHTTPClient", package: "async-http-client"),
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "NIOHTTP1", package: "swift-nio"),
  .product(name: "NIOSSL", package: "swift-nio-ssl"),
  .product(name: "NIOFoundationCompat", package: "swift-nio"),
]

let package = Package(
  name: "sevfleet",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "sevfleet", targets: ["sevfleet"]),
    .executable(name: "sevfleet-bench", targets: ["sevfleet-bench"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
  ],
  targets: [
    .systemLibrary(name: "CLibSSH2", pkgConfig: "libssh2", providers: [.apt(["libssh2-1-dev"])]),
    .systemLibrary(name: "CLinux"),
    .target(name: "FleetCore", swiftSettings: strict),
    .target(name: "FleetFormats", dependencies: ["FleetCore", yams, crypto], swiftSettings: strict),
    .target(name: "FleetStore", dependencies: ["FleetCore", "FleetFormats", grdb], swiftSettings: strict),
    .target(name: "SSHTransport", dependencies: ["CLibSSH2", "CLinux", crypto], swiftSettings: strict),
    .target(name: "OpenStackAPI", dependencies: http + [yams], swiftSettings: strict),
    .target(
      name: "FleetEngine",
      dependencies: ["FleetCore", "FleetFormats", "FleetStore", "SSHTransport", "OpenStackAPI", crypto],
      swiftSettings: strict),
    .target(
      name: "FleetLab",
      dependencies: ["CLinux", .product(name: "Hummingbird", package: "hummingbird")],
      swiftSettings: strict),
    .target(
      name: "FleetSim", dependencies: ["FleetCore", "FleetFormats", "FleetStore", "FleetEngine", crypto],
      swiftSettings: strict),
    .target(name: "FleetPages", dependencies: ["FleetCore", "FleetFormats"], swiftSettings: strict),
    .target(
      name: "FleetServer",
      dependencies: [
        "FleetCore", "FleetFormats", "FleetStore", "FleetEngine", "FleetPages", crypto,
        .product(name: "Hummingbird", package: "hummingbird"), .product(name: "HummingbirdTLS", package: "hummingbird"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ] + http,
      swiftSettings: strict),
    // Drives a headless Chromium, for tests of the pages.
    .target(name: "FleetBrowser", swiftSettings: strict),
    // Reads JSON Schema, CSV and JUnit as strictly as their rules say, for tests.
    .target(name: "FleetFormatCheck", swiftSettings: strict),
    .target(
      name: "FleetCommands",
      dependencies: [
        "FleetCore", "FleetFormats", "FleetStore", "SSHTransport", "OpenStackAPI", "FleetEngine", "FleetLab",
        "FleetSim", "FleetPages", "FleetServer",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .executableTarget(name: "sevfleet", dependencies: ["FleetCommands"], swiftSettings: strict),
    .executableTarget(
      name: "sevfleet-bench",
      dependencies: [
        "FleetCore", "FleetFormats", "FleetStore", "FleetEngine", "SSHTransport", "OpenStackAPI", "FleetLab",
        "FleetServer",
      ],
      swiftSettings: strict),
    .testTarget(name: "FleetCoreTests", dependencies: ["FleetCore"], swiftSettings: strictTests),
    .testTarget(
      name: "FleetFormatsTests", dependencies: ["FleetCore", "FleetFormats", "FleetFormatCheck"],
      swiftSettings: strictTests),
    .testTarget(
      name: "FleetStoreTests", dependencies: ["FleetCore", "FleetFormats", "FleetStore", grdb], exclude: ["Fixtures"],
      swiftSettings: strictTests),
    .testTarget(name: "SSHTransportTests", dependencies: ["SSHTransport", crypto], swiftSettings: strictTests),
    .testTarget(
      name: "OpenStackAPITests",
      dependencies: ["OpenStackAPI", "FleetLab", .product(name: "NIOPosix", package: "swift-nio")] + http,
      swiftSettings: strictTests),
    .testTarget(name: "FleetLabTests", dependencies: ["FleetLab"], swiftSettings: strictTests),
    .testTarget(
      name: "FleetSimTests", dependencies: ["FleetCore", "FleetFormats", "FleetStore", "FleetEngine", "FleetSim"],
      swiftSettings: strictTests),
    .testTarget(
      name: "FleetEngineTests",
      dependencies: [
        "FleetCore", "FleetFormats", "FleetStore", "SSHTransport", "OpenStackAPI", "FleetEngine", "FleetLab",
        "FleetCommands", "FleetBrowser", "FleetFormatCheck", "sevfleet",
      ],
      swiftSettings: strictTests),
    .testTarget(
      name: "FleetPagesTests", dependencies: ["FleetCore", "FleetFormats", "FleetPages", "FleetBrowser"],
      swiftSettings: strictTests),
    .testTarget(
      name: "FleetServerTests",
      dependencies: [
        "FleetCore", "FleetFormats", "FleetStore", "FleetEngine", "FleetPages", "FleetServer", "FleetFormatCheck",
        crypto, .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ],
      swiftSettings: strictTests),
  ]
)
