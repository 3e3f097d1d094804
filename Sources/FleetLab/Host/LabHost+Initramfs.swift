/// What firmware goes into an initramfs that takes `ccp`.
enum InitramfsFirmware {
  /// The real root's files, as the tools copy them.
  case asRoot
  /// Another image, for an initramfs that nobody rebuilt.
  case image(LabImage)
  case nothing
}

extension LabHost {
  /// Names that `modinfo -F firmware ccp` prints; initramfs tools copy only these.
  static let declaredFirmware = [
    "amd/amd_sev_fam17h_model0xh.sbin", "amd/amd_sev_fam17h_model3xh.sbin", "amd/amd_sev_fam19h_model0xh.sbin",
    "amd/amd_sev_fam19h_model1xh.sbin",
  ]

  static func initramfsPath(_ release: String) -> String { "/boot/initrd.img-\(release)" }

  /// Whether the initramfs tool is told to put `ccp` in.
  var initramfsTakesCCP: Bool {
    guard !isBuiltin else { return false }
    let modules = (root.text("/etc/initramfs-tools/modules") ?? "").lines.contains { $0.words.first == "ccp" }
    let drivers = (root.text("/etc/dracut.conf.d/sev.conf") ?? "").contains(" ccp ")
    return modules || drivers
  }

  /// Makes the initramfs of a kernel from the files that lie there now.
  func rebuildInitramfs(of release: String, holding firmware: InitramfsFirmware = .asRoot) throws {
    var entries = [
      CPIO.Entry(path: "init", bytes: Array("#!/bin/sh\n".utf8)),
      CPIO.Entry(path: "usr/lib/modules/\(release)/modules.dep", bytes: [10]),
    ]
    if initramfsTakesCCP {
      let module = "usr/lib/modules/\(release)/kernel/drivers/crypto/ccp/ccp.ko"
      entries.append(CPIO.Entry(path: module, bytes: Array("module\n".utf8)))
    }
    // The tools also copy the firmware that drivers in the kernel itself declare.
    if initramfsTakesCCP || isBuiltin { entries += firmwareEntries(release, firmware) }
    let microcode = [CPIO.Entry(path: "kernel/x86/microcode/AuthenticAMD.bin", bytes: [0x41, 0x4d, 0x44, 0])]
    let bytes = CPIO.archive(microcode) + StoredZstd.frame(CPIO.archive(entries))
    try root.write(Self.initramfsPath(release), bytes)
  }

  private func firmwareEntries(_ release: String, _ firmware: InitramfsFirmware) -> [CPIO.Entry] {
    switch firmware {
    case .asRoot: return rootFirmwareEntries(release)
    case .nothing: return []
    case .image(let image):
      return [CPIO.Entry(path: "usr/lib/firmware/amd/" + spec.processor.firmwareFile, bytes: image.bytes)]
    }
  }

  private func rootFirmwareEntries(_ release: String) -> [CPIO.Entry] {
    let places = ["updates/\(release)/", "updates/", "\(release)/", ""].map { "/lib/firmware/" + $0 }
    return Self.declaredFirmware.compactMap { name in
      for place in places {
        if let bytes = root.read(place + name) { return CPIO.Entry(path: "usr\(place)\(name)", bytes: bytes) }
      }
      return nil
    }
  }

  /// What a kernel's initramfs holds.
  /// - Throws: `LabError` of kind `hostDown` if a kernel could not use it.
  func initramfs(of release: String) async throws(LabError) -> Initramfs {
    let broken = LabError(.hostDown, "\(name) does not boot: \(Self.initramfsPath(release)) cannot be read")
    guard let bytes = root.read(Self.initramfsPath(release)) else { throw broken }
    let early = CPIO.read(bytes)?.end ?? 0
    let start = bytes[early...].firstIndex { $0 != 0 } ?? bytes.count
    guard let main = await Self.unpacked(Array(bytes[start...])), let entries = CPIO.read(main)?.entries else {
      throw broken
    }
    let files = entries.filter { !$0.isFolder }.map { ($0.path, $0.bytes) }
    return Initramfs(files: Dictionary(files) { $1 })
  }

  private static func unpacked(_ bytes: [UInt8]) async -> [UInt8]? {
    if let content = StoredZstd.content(bytes) { return content }
    switch bytes.prefix(2) {
    case [0x1f, 0x8b]: return await RootFirmware.unpacked(bytes, by: "gzip")
    case [0x28, 0xb5]: return await RootFirmware.unpacked(bytes, by: "zstd")
    case [0xfd, 0x37]: return await RootFirmware.unpacked(bytes, by: "xz")
    default: return bytes
    }
  }
}
