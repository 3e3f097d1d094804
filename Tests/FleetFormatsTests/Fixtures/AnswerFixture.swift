import FleetCore
import FleetFormats

/// A whole probe answer, section by section, that a test can bend.
struct AnswerFixture {
  static let nonce = "0d6e0a52-4a3c-4be1-9f8c-0a1b2c3d4e5f"

  /// Section name → body; a body of a tool ends with its status line.
  var sections: [(name: String, body: String)]
  var isComplete = true

  subscript(name: String) -> String? {
    get { sections.first { $0.name == name }?.body }
    set {
      sections.removeAll { $0.name == name }
      if let newValue { sections.append((name, newValue)) }
    }
  }

  var bytes: [UInt8] {
    var text = "Welcome to cmp-017\n\nsevfleet-probe/1 \(Self.nonce)\n"
    for (name, body) in sections {
      text += "\n#\(Self.nonce) begin \(name)\n\(body)\n#\(Self.nonce) end \(name)\n"
    }
    if isComplete { text += "\n#\(Self.nonce) done\n" }
    return Array(text.utf8)
  }

  static func answered(_ text: String, status: Int = 0) -> String { "\(text)\n\n#\(nonce) status \(status)\n" }

  static func refused(_ command: String) -> String {
    "sudo: a password is required\n\n#\(nonce) sudo 1 \(command)\n\n#\(nonce) status 1\n"
  }

  static let path = "/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin"
  static let hash = String(repeating: "ab", count: 32)

  /// PROVENANCE: synthetic; a Milan host under Debian 12 with two guests, in the script's own form.
  static let milan = AnswerFixture(sections: [
    (
      "values",
      """
      bootID=1b2c3d4e-0000-4000-8000-000000000001
      uptime=86400.12 100.00
      kernel=6.1.0-18-amd64
      biosVendor=AMI
      biosVersion=2.7
      biosDate=05/02/2025
      sev=Y
      sevES=Y
      sevSNP=Y
      classPath=
      kexecLoaded=0
      bootloader=114
      fpdt.firmware_start_ns=0
      fpdt.bootloader_load_ns=18123456789
      become=sudo
      uid=1001
      builtinList=1
      ccp.present=1
      ccp.initstate=live
      ccp.refcnt=1
      ccp.holder=kvm_amd
      kvm_amd.present=1
      kvm_amd.initstate=live
      kvm_amd.refcnt=2
      """
    ),
    (
      "cpuinfo",
      "processor\t: 0\ncpu family\t: 25\nmodel\t\t: 1\nmodel name\t: AMD EPYC 7763\nstepping\t: 1\n"
        + "microcode\t: 0xa0011d5\n"
    ),
    ("tools", "snphost=/usr/bin/snphost\nsevctl=/usr/bin/sevctl\nvirsh=/usr/bin/virsh"),
    (
      "dmesg",
      answered(
        "[    0.000000] Linux version 6.1.0-18-amd64 (debian)\n" + KernelLogFixtures.mainlineUpdate + "\n"
          + KernelLogFixtures.milanSNP)
    ),
    ("snphost.tcb", answered(ToolFixtures.tcb)),
    ("snphost.version", answered("1.55")),
    ("snphost.guests", answered("1")),
    ("snphost.ok", answered(ToolFixtures.checks, status: 1)),
    ("sevctl.version", answered("1.55.31")),
    ("processes", answered(ToolFixtures.processes)),
    ("libvirt", answered("8c1d7e5a-0b5f-4a6e-9a51-7a1c1f0f0001\n8c1d7e5a-0b5f-4a6e-9a51-7a1c1f0f0002\n")),
    (
      "locks",
      """
      file fe00 388779 /var/lib/dpkg/lock-frontend
      1: POSIX  ADVISORY  WRITE 812 fe:00:388779 0 EOF
      """
    ),
    (
      "loader-config",
      """
      file=/boot/config-6.1.0-18-amd64
      CONFIG_FW_LOADER=y
      CONFIG_FW_LOADER_COMPRESS=y
      CONFIG_FW_LOADER_COMPRESS_XZ=y
      # CONFIG_FW_LOADER_COMPRESS_ZSTD is not set
      """
    ),
    ("boot", ToolFixtures.grub),
    (
      "files",
      """
      stat 644 root:root 4096 \(path)
      sha \(hash)  \(path)
      head \(path)
      \(Sample.dump(Sample.image(FirmwareVersion(1, 55, 31), spl: 28)))
      """
    ),
    ("owners", "/var/lib/dpkg/info/amd64-microcode.list:\(path)"),
    (
      "initramfs",
      "kernel=6.1.0-18-amd64\nimage=/boot/initrd.img-6.1.0-18-amd64\n"
        + answered(
          "init\nusr/lib/modules/6.1.0-18-amd64/kernel/drivers/crypto/ccp/ccp.ko\n"
            + "usr/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin")
    ),
    (
      "initramfs.files",
      """
      stat 644 root:root 4096 /usr/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin
      sha \(hash)  /usr/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin
      head /usr/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin
      \(Sample.dump(Sample.image(FirmwareVersion(1, 55, 29))))
      """
    ),
    (
      "units",
      answered(
        "Id=nova-compute.service\nLoadState=loaded\nActiveState=active\n\n"
          + "Id=devstack@n-cpu.service\nLoadState=not-found"
      )
    ),
    ("held", "Package: amd64-microcode"),
  ])
}
