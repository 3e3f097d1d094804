import Foundation
import Synchronization

extension LabHost {
  /// Writes what is this host's own into the tree that all hosts start from.
  func furnish() async throws {
    try root.write("/etc/hostname", name + "\n")
    try root.write("/etc/hosts", "127.0.0.1 localhost\n127.0.1.1 \(name)\n")
    try root.write("/etc/machine-id", Self.hexID() + "\n")
    let home = "/home/\(configuration.user)"
    for path in [home, home + "/.ssh", home + "/.ssh/authorized_keys"] {
      try root.setOwner(path, user: HostTemplate.loginID, group: HostTemplate.loginID)
    }
    if let sudoers = configuration.sudoers { try setSudoers(sudoers) }
    try await makeHostKey(.ed25519)
    try furnishTools()
    try furnishBoot()
    try furnishPackages()
    for file in spec.files { try root.write(file.path, file.image.bytes) }
    if let path = spec.firmwareClassPath { try root.makeFolder(path + "/amd") }
    for kernel in kernels { try rebuildInitramfs(of: kernel.release) }
  }

  static func hexID() -> String { UUID().uuidString.lowercased().filter { $0 != "-" } }

  /// The rules under `/etc/sudoers.d`.
  package func setSudoers(_ text: String) throws {
    try root.write("/etc/sudoers.d/sevfleet", text, mode: 0o440)
  }

  enum KeyType: String { case ed25519, rsa }

  /// Makes a new host key and shows it.
  func makeHostKey(_ type: KeyType) async throws {
    let path = type == .rsa ? SSHServer.rsaKeyPath : SSHServer.keyPath
    let size = type == .rsa ? ["-b", "2048"] : []
    root.remove(path)
    root.remove(path + ".pub")
    let argv = ["ssh-keygen", "-q", "-N", "", "-C", name, "-t", type.rawValue, "-f", path] + size
    let result = try await Child.run(namespace.inside(argv))
    guard result.code == 0, let line = root.text(path + ".pub") else {
      throw LabError(.spawn, "no host key can be made for \(name)", cause: result.errorText)
    }
    showKey(line)
  }

  func showKey(_ line: String) {
    let key = line.words.prefix(2).joined(separator: " ").trimmingNewlines
    shownKey.withLock { $0 = key }
  }

  private func furnishTools() throws {
    var missing: [String] = []
    if !spec.hasSnphost { missing.append("/usr/bin/snphost") }
    if !spec.hasSevctl { missing.append("/usr/bin/sevctl") }
    if !spec.hasLibvirt { missing.append("/usr/bin/virsh") }
    switch spec.initramfsTool {
    case .initramfsTools:
      let modules = spec.ccpInInitramfs ? "# List of modules\nccp\n" : "# List of modules\n"
      try root.write("/etc/initramfs-tools/modules", modules)
      try root.write("/etc/initramfs-tools/initramfs.conf", "MODULES=most\nCOMPRESS=zstd\n")
    case .dracut:
      missing += ["/usr/sbin/update-initramfs", "/usr/bin/lsinitramfs", "/usr/bin/unmkinitramfs"]
      try root.write("/usr/bin/dracut", StandIns.asking, mode: 0o755)
      try root.write("/usr/bin/lsinitrd", StandIns.asking, mode: 0o755)
      let drivers = spec.ccpInInitramfs ? "add_drivers+=\" ccp \"\n" : ""
      try root.write("/etc/dracut.conf.d/sev.conf", drivers)
    case .none:
      missing += ["/usr/sbin/update-initramfs", "/usr/bin/lsinitramfs", "/usr/bin/unmkinitramfs"]
    }
    for path in missing { root.remove(path) }
    let options = "options kvm_amd sev=1 sev_es=1" + (spec.snpEnabled ? " sev_snp=1" : "") + "\n"
    try root.write("/etc/modprobe.d/kvm-amd.conf", options)
  }

  /// Kernels, their modules, and GRUB's files.
  func furnishBoot() throws {
    for kernel in kernels { try furnishKernel(kernel) }
    try writeGrub()
    let environment = "# GRUB Environment Block\n"
    try root.write("/boot/grub/grubenv", environment + String(repeating: "#", count: 1024 - environment.count))
  }

  private func furnishKernel(_ kernel: LabKernel) throws {
    try root.write("/boot/vmlinuz-\(kernel.release)", "kernel \(kernel.release)\n")
    var configuration = "CONFIG_KVM_AMD=m\nCONFIG_KVM_AMD_SEV=y\nCONFIG_FW_LOADER=y\nCONFIG_FW_LOADER_COMPRESS=y\n"
    for (suffix, option) in [("xz", "XZ"), ("zst", "ZSTD")] {
      let name = "CONFIG_FW_LOADER_COMPRESS_\(option)"
      configuration += kernel.compression.contains(suffix) ? "\(name)=y\n" : "# \(name) is not set\n"
    }
    let builtin = isBuiltin
    configuration += "CONFIG_CRYPTO_DEV_CCP_DD=\(builtin ? "y" : "m")\n"
    try root.write("/boot/config-\(kernel.release)", configuration)
    let folder = "/lib/modules/\(kernel.release)"
    let ccp = "kernel/drivers/crypto/ccp/ccp.ko"
    let kvm = "kernel/arch/x86/kvm/kvm.ko"
    let kvmAMD = "kernel/arch/x86/kvm/kvm-amd.ko"
    try root.write("\(folder)/modules.builtin", "kernel/fs/ext4/ext4.ko\n" + (builtin ? ccp + "\n" : ""))
    let dependencies = builtin ? "\(kvmAMD): \(kvm)\n" : "\(ccp):\n\(kvmAMD): \(ccp) \(kvm)\n"
    try root.write("\(folder)/modules.dep", "\(kvm):\n" + dependencies)
    for file in [kvm, kvmAMD] + (builtin ? [] : [ccp]) { try root.write("\(folder)/\(file)", "module\n") }
  }

  var isBuiltin: Bool { spec.ccp == .builtin || faults[.ccpBuiltin] != nil }

  static func packageVersion(_ name: String) -> String { name == "amd64-microcode" ? "3.20240820.1~deb12u1" : "1.0-1" }

  private func furnishPackages() throws {
    var packages = ["openssh-server", "sudo", "kmod", "initramfs-tools"]
    if let package = spec.firmwarePackage { packages.append(package) }
    packages += kernels.map { "linux-image-\($0.release)" }
    let status = packages.map { name in
      """
      Package: \(name)
      Status: install ok installed
      Priority: optional
      Section: admin
      Maintainer: Debian <debian@example.org>
      Architecture: amd64
      Version: \(Self.packageVersion(name))
      Description: \(name)


      """
    }.joined()
    try root.write("/var/lib/dpkg/status", status)
    for name in packages {
      var files = "/.\n"
      if name == spec.firmwarePackage {
        files += "/lib\n/lib/firmware\n/lib/firmware/amd\n/lib/firmware/amd/\(spec.processor.firmwareFile)\n"
      }
      try root.write("/var/lib/dpkg/info/\(name).list", files)
    }
  }
}
