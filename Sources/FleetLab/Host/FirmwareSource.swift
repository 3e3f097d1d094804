/// Where `ccp` reads firmware from.
protocol FirmwareSource: Sendable {
  /// The image's bytes, unpacked; nil if there is no such file.
  func firmware(_ candidate: FirmwareSearch.Candidate) async -> [UInt8]?
}

/// The file system of a host that runs.
struct RootFirmware: FirmwareSource {
  let root: HostRoot

  func firmware(_ candidate: FirmwareSearch.Candidate) async -> [UInt8]? {
    guard let bytes = root.read(candidate.path) else { return nil }
    switch candidate.compression {
    case "xz": return await Self.unpacked(bytes, by: "xz")
    case "zst": return await Self.unpacked(bytes, by: "zstd")
    default: return bytes
    }
  }

  static func unpacked(_ bytes: [UInt8], by tool: String) async -> [UInt8]? {
    guard let result = try? await Child.run(["/usr/bin/" + tool, "-dcq"], input: bytes), result.code == 0 else {
      return nil
    }
    return result.output
  }
}

/// The files in an initramfs.
struct Initramfs: FirmwareSource {
  let files: [String: [UInt8]]

  /// Whether the security processor's driver is loaded from here.
  var hasCCP: Bool { files.keys.contains { $0.contains("/ccp.ko") } }

  func firmware(_ candidate: FirmwareSearch.Candidate) async -> [UInt8]? {
    guard candidate.compression == nil else { return nil }
    return files["usr" + candidate.path] ?? files[String(candidate.path.dropFirst())]
  }
}

extension LabHost {
  var rootFirmware: RootFirmware { RootFirmware(root: root) }
}
