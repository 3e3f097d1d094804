import FleetFormats
import Testing

struct SudoRulesTests {
  private static let hash = String(repeating: "0123456789abcdef", count: 4)
  private static let kernel = "6.1.0-18-amd64"
  private static let holder = "0123456789abcdef0123456789abcdef,r20261126-211600-ab12,ctl1.example.org"
  private static let lease = RootCommand.leaseFile
  private static let amd = "/lib/firmware/amd"
  private static let name = "amd_sev_fam19h_model0xh.sbin"

  /// At least one sample of every command, in the shapes the engine and the probe use.
  static let samples: [RootCommand] =
    [
      .dmesg, .journal, .libvirtList, .processes, .defaultKernel,
      .listInitramfs(image: "/boot/initrd.img-\(kernel)"), .listDracut(image: "/boot/initramfs-\(kernel).img"),
      .listInitramfs(image: "/boot/initrd-5.14.21-default"),
      .unpackInitramfs(image: "/boot/initrd.img-\(kernel)", folder: "/var/lib/sevfleet/initramfs/tmp.Ab12"),
      .readDracut(image: "/boot/initramfs-\(kernel).img", path: "usr/lib/firmware/amd/\(name).xz"),
      .containerState(engine: "docker", name: "nova_compute"), .containerState(engine: "podman", name: "nova_compute"),
      .hash(path: "\(amd)/\(name)"), .hash(path: "/lib/firmware/updates/\(kernel)/amd/sev.fw"),
      .hash(path: "/var/lib/sevfleet/staged/\(hash).sbin"),
      .hash(path: "/var/lib/sevfleet/backups/b-1/updates/amd/\(name)"),
      .read(path: "/boot/grub/grub.cfg"), .read(path: "/boot/grub2/grubenv"), .read(path: "\(amd)/\(name)"),
      .read(path: "/var/lib/sevfleet/backups/b-1/amd/\(name)"),
      .list(folder: amd), .list(folder: "/lib/firmware/updates/amd"),
      .list(folder: "/var/lib/sevfleet/backups/b-1/amd"),
      .novaConf(path: "/etc/nova/nova.conf"), .novaConf(path: "/etc/kolla/nova-compute/nova.conf"),
      .novaConf(path: "/proc/4711/root/etc/nova/nova.conf"),
      .makeFolder(RootCommand.stateFolder), .makeFolder(RootCommand.stagedFolder),
      .makeFolder(RootCommand.backupsFolder), .makeFolder("/var/lib/sevfleet/backups/b-1/updates"),
      .makeFolder(amd), .makeFolder("/lib/firmware/updates/amd"),
      .takeLease(holder: holder), .replaceLease(holder: holder), .remove(path: lease), .sync(RootCommand.stateFolder),
      .adoptUpload(upload: "/home/\(HostBed.login)/.sevfleet/upload-\(hash)", sha256: hash),
      .copyFolder(from: amd, backup: "b-1", name: "amd"),
      .copyFolder(from: "/lib/firmware/updates/amd", backup: "b-1", name: "updates/amd"),
      .testWrite(folder: amd), .testWriteEnd(folder: amd), .testWrite(folder: RootCommand.stagedFolder),
      .testWriteEnd(folder: RootCommand.stagedFolder),
      .placeNew(sha256: hash, folder: amd), .placeNew(sha256: hash, folder: "/lib/firmware/updates/amd"),
      .placeFromBackup(backup: "b-1", path: "amd/\(name)", folder: amd, sha256: hash),
      .activateName(sha256: hash, folder: amd, name: name), .activateName(sha256: hash, folder: amd, name: "sev.fw"),
      .sync(amd), .sync("\(amd)/sevfleet-new-\(hash)"), .sync("/boot"), .sync("/var/lib/sevfleet/backups/b-1"),
      .sync("/var/lib/sevfleet/staged/\(hash).sbin"),
      .remove(path: "\(amd)/\(name)"), .remove(path: "\(amd)/amd_sev_fam19h_model01h.sbin.xz"),
      .remove(path: "\(amd)/sevfleet-new-\(hash)"), .removeTree("/var/lib/sevfleet/backups/b-1"),
      .removeTree("/var/lib/sevfleet/initramfs/tmp.Ab12"),
      .updateInitramfs(kernel: kernel), .dracut(kernel: "5.14.0-427.el9.x86_64"),
      .hold(package: "amd64-microcode", tool: .apt), .unhold(package: "amd64-microcode", tool: .apt),
      .hold(package: "linux-firmware", tool: .dnf), .unhold(package: "linux-firmware", tool: .dnf),
      .divert(path: "\(amd)/\(name)"), .undivert(path: "\(amd)/\(name)"),
      .stopContainer(engine: "docker", name: "nova_compute"), .startContainer(engine: "podman", name: "nova_compute"),
      .stopUnit("own-compute.service"), .startUnit("own-compute.service"),
      .own(["/opt/site/compute", "stop", "--now=yes"]), .own(["/opt/site/compute", "start", "--now=yes"]),
      .unloadModule("kvm_amd"), .unloadModule("ccp"), .loadModule("ccp", parameters: []),
      .loadModule("kvm_amd", parameters: []),
      .loadModule("kvm_amd", parameters: ["sev=1", "sev_es=Y", "nested=0", "avic=-1"]),
      .unloadKexec, .reboot,
      .detach(user: HostBed.login, script: "/home/\(HostBed.login)/.sevfleet/reload-\(hash).sh"),
    ]
    + RootCommand.toolFolders.flatMap { folder in
      RootCommand.SNPHostQuery.allCases.map { .snphost($0, folder: folder) }
        + RootCommand.SEVCtlQuery.allCases.map { .sevctl($0, folder: folder) }
    } + RootCommand.computeUnits.flatMap { [.stopUnit($0), .startUnit($0)] }

  /// One step beside a rule each: an argument more, another file, a way out of a folder, a shell.
  static let nearMisses: [[String]] = [
    ["/usr/bin/dmesg", "-C"], ["/usr/bin/dmesg", "--file", "/etc/shadow"],
    ["/usr/bin/journalctl", "-k", "-b", "-o", "short-monotonic", "--no-pager", "--vacuum-size=1"],
    ["/usr/bin/journalctl"],
    ["/usr/bin/virsh", "-c", "qemu:///system", "destroy", "instance-1"],
    ["/usr/bin/virsh", "-c", "qemu:///system", "list", "--uuid", ";id"],
    ["/usr/bin/ps", "-eww"], ["/usr/local/bin/snphost", "config", "reset"], ["/usr/bin/snphost", "ok", "x"],
    ["/usr/bin/sevctl", "reset"], ["/tmp/snphost", "ok"],
    ["/usr/bin/lsinitramfs", "/boot/../etc/shadow"], ["/usr/bin/lsinitramfs", "-l", "/boot/initrd.img-6.1"],
    ["/usr/bin/unmkinitramfs", "/boot/initrd.img-\(kernel)", "/etc"],
    ["/usr/bin/unmkinitramfs", "/boot/initrd.img-\(kernel)", "/var/lib/sevfleet/initramfs/../../x"],
    ["/usr/bin/unmkinitramfs", "/boot/initrd.img-\(kernel)", "/var/lib/sevfleet/initramfs/.."],
    ["/usr/bin/lsinitrd", "-f", "../etc/shadow", "/boot/initramfs-1.img"],
    ["/usr/bin/lsinitrd", "--unpack", "/boot/initramfs-1.img"],
    ["/usr/bin/docker", "inspect", "nova_compute"], ["/usr/bin/docker", "exec", "nova_compute", "sh"],
    ["/usr/bin/docker", "stop", "other"],
    ["/usr/bin/docker", "inspect", "--format", "{{aStateaRunning}}", "nova_compute"],
    ["/usr/bin/sha256sum", "/etc/shadow"], ["/usr/bin/sha256sum", "\(amd)/../../shadow"],
    ["/usr/bin/sha256sum", "\(amd)/\(name)", "/etc/shadow"],
    ["/usr/bin/cat", "/etc/shadow"], ["/usr/bin/cat", "/boot/grub/grub.cfg", "/etc/shadow"],
    ["/usr/bin/cat", "\(amd)/.."], ["/usr/bin/cat", "/var/lib/sevfleet/staged/\(hash).sbin"],
    ["/usr/bin/cat", "/boot/grub/grubxcfg"], ["/usr/bin/cat", "/var/lib/sevfleet/backups/b-1/../../../etc/shadow"],
    ["/usr/bin/find", "/etc", "-xdev", "-printf", #"%y %m %U %G %s %p\t%l\n"#],
    ["/usr/bin/find", amd, "-xdev", "-printf", #"%y %m %U %G %s %p\t%l\n"#, "-delete"],
    ["/usr/bin/find", amd, "-delete"], ["/usr/bin/find", amd, "-xdev", "-exec", "sh", ";"],
    ["/usr/bin/grep", "-axE", "-e", ".*", "--", "/etc/nova/nova.conf"], ["/usr/bin/cat", "/etc/nova/nova.conf"],
    RootCommand.novaConf(path: "/etc/shadow").argv, RootCommand.novaConf(path: "/etc/nova/nova.conf").argv + ["/etc/x"],
    RootCommand.novaConf(path: "/proc/1/root/etc/shadow").argv,
    RootCommand.novaConf(path: "/proc/self/root/etc/nova/nova.conf").argv,
    RootCommand.novaConf(path: "/proc/1/root/../etc/nova/nova.conf").argv,
    RootCommand.novaConf(path: "/etc/nova/nova.conf").argv.map { $0.replacing("cpu_mode", with: "password") },
    ["/usr/bin/install", "-o", "root", "-g", "root", "-m", "0755", "-d", "/etc/x"],
    [
      "/usr/bin/install", "-o", "root", "-g", "root", "-m", "4755", "-T", "/var/lib/sevfleet/staged/\(hash).sbin",
      "/bin/x",
    ],
    [
      "/usr/bin/install", "-o", "root", "-g", "root", "-m", "0644", "-T", "/etc/shadow", "\(amd)/sevfleet-new-\(hash)",
    ],
    [
      "/usr/bin/dd", "if=/etc/shadow", "of=/var/lib/sevfleet/staged/\(hash).sbin",
      "iflag=nofollow,nonblock,fullblock", "bs=1M", "count=4", "conv=fsync", "status=none",
    ],
    // Without `nofollow` root would read what the login's link names.
    [
      "/usr/bin/dd", "if=/home/\(HostBed.login)/.sevfleet/upload-\(hash)",
      "of=/var/lib/sevfleet/staged/\(hash).sbin", "iflag=fullblock", "bs=1M", "count=4", "conv=fsync", "status=none",
    ],
    // A link of root's to a place that there is, or at one that somebody reads.
    ["/usr/bin/ln", "-s", "-T", "/etc/shadow", lease], ["/usr/bin/ln", "-s", "-T", holder, "/etc/cron.d/x"],
    ["/usr/bin/ln", "-T", holder, lease], ["/usr/bin/ln", "-s", holder, lease],
    ["/usr/bin/ln", "-s", "-T", "x", lease],
    ["/usr/bin/ln", "-s", "-T", "\(holder)/../../etc", lease], ["/usr/bin/ln", "-s", "-T", holder, "\(lease)/x"],
    ["/usr/bin/ln", "-s", "-f", "-T", holder, "\(amd)/\(name)"], ["/usr/bin/rm", "-f", "\(lease)x"],
    ["/usr/bin/rm", "-f", lease, "/etc/passwd"], ["/usr/bin/rm", "-rf", lease],
    ["/usr/bin/cp", "-a", "-T", "/etc", "/var/lib/sevfleet/backups/b-1/amd"],
    ["/usr/bin/cp", "-a", "-T", "/var/lib/sevfleet/backups/b-1/amd/x", "/etc/cron.d/x"],
    ["/usr/bin/touch", "/etc/x"], ["/usr/bin/mv", "-f", "-T", "\(amd)/sevfleet-new-\(hash)", "/etc/passwd"],
    ["/usr/bin/mv", "-f", "-T", "\(amd)/sevfleet-new-\(hash)", "\(amd)/other.bin"],
    ["/usr/bin/mv", "-f", "-T", "\(amd)/x", "\(amd)/\(name)"],
    ["/usr/bin/rm", "-f", "/etc/passwd"], ["/usr/bin/rm", "-f", "\(amd)/../../passwd"],
    ["/usr/bin/rm", "-f", "\(amd)/\(name)", "/etc/passwd"], ["/usr/bin/rm", "-rf", "/"],
    ["/usr/bin/rm", "-rf", "/var/lib/sevfleet/backups"], ["/usr/bin/rm", "-rf", "/var/lib/sevfleet/backups/.."],
    ["/usr/bin/rm", "-rf", "/var/lib/sevfleet/backups/b-1/../.."], ["/usr/bin/sync", "/etc/shadow"],
    ["/usr/sbin/update-initramfs", "-u", "-k", "all", "-v"], ["/usr/sbin/update-initramfs", "-d", "-k", kernel],
    ["/usr/bin/dracut", "-f", "--kver", "../x"], ["/usr/bin/dracut", "-f", "/etc/passwd", kernel],
    ["/usr/bin/apt-mark", "auto", "x"], ["/usr/bin/apt-mark", "hold", "-o=x"], ["/usr/bin/dnf", "install", "x"],
    ["/usr/bin/dpkg-divert", "--local", "--rename", "--add", "/bin/sh"],
    ["/usr/bin/systemctl", "stop", "sshd.service"], ["/usr/bin/systemctl", "reboot", "--force"],
    ["/usr/bin/systemctl", "stop", "nova-computeXservice"], ["/usr/bin/systemctl", "edit", "nova-compute.service"],
    ["/opt/site/compute", "stop"], ["/opt/site/compute", "stop", "--now=yes", "x"],
    ["/usr/sbin/modprobe", "-r", "ext4"], ["/usr/sbin/modprobe", "evil"],
    ["/usr/sbin/modprobe", "ccp", "init_ex_path=/etc/x"], ["/usr/sbin/modprobe", "-C", "/tmp/x", "kvm_amd"],
    ["/usr/sbin/modprobe", "kvm_amd", "sev=1", "-d", "/tmp"], ["/usr/sbin/modprobe", "kvm_amd", "x=/tmp/y"],
    ["/usr/sbin/kexec", "-l", "/tmp/k"], ["/usr/sbin/kexec", "-e"],
    [
      "/usr/bin/systemd-run", "--quiet", "--collect", "--uid=root", "--", "/bin/sh",
      "/home/\(HostBed.login)/.sevfleet/reload-1.sh",
    ],
    [
      "/usr/bin/systemd-run", "--quiet", "--collect", "--uid=\(HostBed.login)", "--", "/bin/sh", "-c", "id",
    ],
    [
      "/usr/bin/systemd-run", "--quiet", "--collect", "--uid=\(HostBed.login)", "--", "/bin/sh",
      "/home/\(HostBed.login)/.sevfleet/../x",
    ],
    ["/bin/sh"], ["/bin/bash", "-c", "id"], ["/usr/bin/env", "sh"], ["/usr/bin/tee", "\(amd)/\(name)"],
  ]

  private static func rules() throws -> String {
    try SudoRules.text(
      user: HostBed.login,
      options: SudoRules.Options(
        units: ["own-compute.service"], commands: [["/opt/site/compute", "stop", "--now=yes"]]))
  }

  @Test func everyCommandHasASample() {
    #expect(Set(Self.samples.map(Self.label)) == Set(Self.labels))
  }

  @Test(.enabled(if: HostBed.isAvailable)) func visudoAcceptsTheFile() throws {
    let bed = try HostBed()
    try bed.put("rules", try Self.rules(), mode: 0o440)
    let outcome = try HostBed.execute(["/usr/sbin/visudo", "-cf", bed.path + "/rules"])
    #expect(outcome.status == 0, "\(outcome.text)\(outcome.stderr)")
    #expect(try !Self.rules().contains("ALL\n"))
  }

  /// The real sudo judges: every sample is allowed, every near miss is refused.
  @Test(.enabled(if: HostBed.isAvailable)) func sudoAllowsExactlyTheCommands() throws {
    let bed = try HostBed()
    try bed.put("etc/sudoers", "Defaults env_reset\n" + (try Self.rules()), mode: 0o440)
    let commands = Self.samples.map(\.argv) + Self.nearMisses
    for path in Set(commands.map { $0[0] }) where path.hasPrefix("/usr/") { try bed.tool(String(path.dropFirst())) }
    try bed.tool("opt/site/compute")
    try bed.tool("tmp/snphost")
    let script = commands.map { argv in
      "sudo -l -U \(HostBed.login) -- \(ShellWord.line(argv)) >/dev/null 2>&1; echo $?"
    }.joined(separator: "\n")
    let outcome = try bed.run("mount --bind '\(bed.path)/opt' /opt\n" + script, replaced: ["etc/sudoers"])
    let answers = outcome.text.split(separator: "\n").map { Int($0) }
    try #require(answers.count == commands.count, "\(outcome.stderr)")
    for (argv, answer) in zip(commands, answers).prefix(Self.samples.count) {
      #expect(answer == 0, "refused: \(argv.joined(separator: " "))")
    }
    for (argv, answer) in zip(commands, answers).dropFirst(Self.samples.count) {
      #expect(answer == 1, "allowed: \(argv.joined(separator: " "))")
    }
  }

  @Test func whatCannotBeWritten() {
    #expect(throws: SudoRulesError.badUser("ALL ALL")) { try SudoRules.text(user: "ALL ALL") }
    #expect(throws: SudoRulesError.badUser("")) { try SudoRules.text(user: "") }
    #expect(throws: SudoRulesError.badUser("%wheel")) { try SudoRules.text(user: "%wheel") }
    #expect(throws: SudoRulesError.badHome("/home/a b")) {
      try SudoRules.text(user: "a", options: SudoRules.Options(home: "/home/a b"))
    }
    #expect(throws: SudoRulesError.badHome("/home/../etc")) {
      try SudoRules.text(user: "a", options: SudoRules.Options(home: "/home/../etc"))
    }
    #expect(throws: SudoRulesError.badWord("x.service\nroot ALL")) {
      try SudoRules.text(user: "a", options: SudoRules.Options(units: ["x.service\nroot ALL"]))
    }
    #expect(throws: SudoRulesError.notAbsolute("sh stop")) {
      try SudoRules.text(user: "a", options: SudoRules.Options(commands: [["sh", "stop"]]))
    }
    #expect(throws: SudoRulesError.notAbsolute("")) {
      try SudoRules.text(user: "a", options: SudoRules.Options(commands: [[]]))
    }
    for path in ["etc/nova.conf", "/etc/../shadow", "/etc/a b", "/etc/*"] {
      #expect(throws: SudoRulesError.badWord(path)) {
        try SudoRules.text(user: "a", options: SudoRules.Options(novaConf: [.host(path)]))
      }
    }
  }

  @Test func theUploadFolderFollowsTheHome() throws {
    #expect(try SudoRules.text(user: "sev.ops").contains("if=/home/sev[.]ops/[.]sevfleet/upload-"))
    #expect(try SudoRules.text(user: "root").contains("if=/root/[.]sevfleet/upload-"))
    let options = SudoRules.Options(home: "/srv/ops")
    #expect(try SudoRules.text(user: "ops", options: options).contains("if=/srv/ops/[.]sevfleet/upload-"))
  }

  private static let labels = [
    "dmesg", "journal", "snphost", "sevctl", "libvirtList", "processes", "listInitramfs", "listDracut",
    "unpackInitramfs", "readDracut", "defaultKernel", "containerState", "hash", "read", "list", "novaConf",
    "makeFolder",
    "takeLease", "replaceLease", "adoptUpload", "copyFolder", "testWrite", "testWriteEnd", "placeNew",
    "placeFromBackup", "activateName", "sync",
    "remove", "removeTree", "updateInitramfs", "dracut", "hold", "unhold", "divert", "undivert", "stopUnit",
    "startUnit", "stopContainer", "startContainer", "own", "unloadModule", "loadModule", "unloadKexec", "reboot",
    "detach",
  ]

  /// Total on purpose: a new command does not compile until it stands here, and fails until it has a sample.
  private static func label(_ command: RootCommand) -> String {
    switch command {
    case .dmesg: "dmesg"
    case .journal: "journal"
    case .snphost: "snphost"
    case .sevctl: "sevctl"
    case .libvirtList: "libvirtList"
    case .processes: "processes"
    case .listInitramfs: "listInitramfs"
    case .listDracut: "listDracut"
    case .unpackInitramfs: "unpackInitramfs"
    case .readDracut: "readDracut"
    case .defaultKernel: "defaultKernel"
    case .containerState: "containerState"
    case .hash: "hash"
    case .read: "read"
    case .list: "list"
    case .novaConf: "novaConf"
    case .makeFolder: "makeFolder"
    case .takeLease: "takeLease"
    case .replaceLease: "replaceLease"
    case .adoptUpload: "adoptUpload"
    case .copyFolder: "copyFolder"
    case .testWrite: "testWrite"
    case .testWriteEnd: "testWriteEnd"
    case .placeNew: "placeNew"
    case .placeFromBackup: "placeFromBackup"
    case .activateName: "activateName"
    case .sync: "sync"
    case .remove: "remove"
    case .removeTree: "removeTree"
    case .updateInitramfs: "updateInitramfs"
    case .dracut: "dracut"
    case .hold: "hold"
    case .unhold: "unhold"
    case .divert: "divert"
    case .undivert: "undivert"
    case .stopUnit: "stopUnit"
    case .startUnit: "startUnit"
    case .stopContainer: "stopContainer"
    case .startContainer: "startContainer"
    case .own: "own"
    case .unloadModule: "unloadModule"
    case .loadModule: "loadModule"
    case .unloadKexec: "unloadKexec"
    case .reboot: "reboot"
    case .detach: "detach"
    }
  }
}
