/// One firmware file on a host, anywhere `ccp` could find it.
package struct FirmwareFile: Hashable, Sendable, Codable {
  package var path: String
  /// SHA-256 of the file as it lies there (compressed or not); `nil` where it could not be read.
  package var sha256: String?
  /// Version of the (decompressed) header; `nil` where it could not be read.
  package var version: FirmwareVersion?
  /// Security patch level of the header.
  package var spl: Int?
  package var size: Int?
  /// Octal mode, for example `644`.
  package var mode: String?
  package var owner: String?
  /// Package that owns the path; `nil`: none, or no package manager.
  package var package: String?
  /// Target where the path is a symbolic link.
  package var linkTarget: String?

  package init(
    path: String, sha256: String? = nil, version: FirmwareVersion? = nil, spl: Int? = nil, size: Int? = nil,
    mode: String? = nil, owner: String? = nil, package: String? = nil, linkTarget: String? = nil
  ) {
    self.path = path
    self.sha256 = sha256
    self.version = version
    self.spl = spl
    self.size = size
    self.mode = mode
    self.owner = owner
    self.package = package
    self.linkTarget = linkTarget
  }
}

/// What decides where and how the kernel looks for firmware files.
package struct FirmwareSearch: Hashable, Sendable, Codable {
  /// `firmware_class.path`; `nil` or empty: not set.
  package var classPath: String?
  /// Whether the running kernel loads `.xz` files; `nil`: its configuration could not be read.
  package var loadsXZ: Bool?
  package var loadsZstd: Bool?

  package init(classPath: String? = nil, loadsXZ: Bool? = nil, loadsZstd: Bool? = nil) {
    self.classPath = classPath
    self.loadsXZ = loadsXZ
    self.loadsZstd = loadsZstd
  }
}

/// What the initramfs of the kernel that boots next holds.
package struct Initramfs: Hashable, Sendable, Codable {
  package var kernel: String
  package var path: String
  /// `nil`: the tool could not list it.
  package var containsCCP: Bool?
  /// Firmware files inside, with paths as from the root.
  package var files: [FirmwareFile]

  package init(kernel: String, path: String, containsCCP: Bool? = nil, files: [FirmwareFile] = []) {
    self.kernel = kernel
    self.path = path
    self.containsCCP = containsCCP
    self.files = files
  }
}
