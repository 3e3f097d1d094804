/// One command that sudo may run: its path, and the pattern that its whole argument line must match.
struct SudoRule: Hashable, Sendable {
  var path: String
  /// Empty: the command takes no argument.
  var pattern: String

  init(_ path: String, _ pattern: String...) {
    self.path = path
    self.pattern = pattern.joined(separator: " ")
  }

  /// A command whose every word is fixed.
  init(exactly argv: [String]) {
    path = argv[0]
    pattern = argv.dropFirst().map(Self.literal).joined(separator: " ")
  }

  var text: String { pattern.isEmpty ? "\(path) \"\"" : "\(path) ^\(pattern)$" }

  /// `word` as a regular expression that matches nothing else.
  static func literal(_ word: String) -> String {
    var text = ""
    for scalar in word.unicodeScalars {
      switch scalar {
      case "\\": text += #"[\\]"#
      case ".", "*", "+", "?", "{", "}", "(", ")", "|", "$", "[": text += "[\(scalar)]"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}

/// The rules, group by group. The patterns admit no blank, and no component of a path that starts with a dot.
struct SudoRuleSet: Sendable {
  let user: String
  let home: String
  let options: SudoRules.Options

  private static let kernel = "[A-Za-z0-9][A-Za-z0-9._+~-]*"
  private static let hash = "[0-9a-f]{64}"
  private static let name = "[A-Za-z0-9_][A-Za-z0-9._+~-]*"
  private static let image = "/boot/(initrd[.]img-\(kernel)|initramfs-\(kernel)[.]img|initrd-\(kernel))"
  /// The folders that `ccp` reads, of any kernel.
  private static let anyFirmwareFolder = "/lib/firmware/(updates/)?(\(kernel)/)?amd"
  private static let anyFirmwareFile = "\(anyFirmwareFolder)/\(name)"
  /// Names that `ccp` loads: one model, its range of sixteen, any CPU.
  private static let loadedName =
    "(amd_sev_fam[0-9a-f]{2}h_model[0-9a-f][0-9a-fx]h[.]sbin|sev[.]fw)([.]xz|[.]zst)?"
  private static let newName = "sevfleet-new-\(hash)"
  private static let staged = "\(RootCommand.stagedFolder)/\(hash)[.]sbin"
  private static let backup = "\(RootCommand.backupsFolder)/[A-Za-z0-9][A-Za-z0-9._-]*"
  private static let workTree = "\(RootCommand.initramfsFolder)/[A-Za-z0-9][A-Za-z0-9._-]*"
  /// `LeaseHolder`; the link that has it for a target points nowhere.
  private static let leaseHolder = "[0-9a-f]{32},[A-Za-z0-9][A-Za-z0-9-]*,[A-Za-z0-9][A-Za-z0-9.-]*"
  private static let package = "[A-Za-z0-9][A-Za-z0-9+._-]*"

  private var engines: [String] { ["docker", "podman"] }

  /// Commands that change nothing on the host but for the tree that `unmkinitramfs` makes.
  var look: [SudoRule] {
    let plain: [RootCommand] = [.dmesg, .journal, .libvirtList, .processes, .defaultKernel]
    var rules = plain.map { SudoRule(exactly: $0.argv) }
    for folder in RootCommand.toolFolders {
      rules += RootCommand.SNPHostQuery.allCases.map { SudoRule(exactly: RootCommand.snphost($0, folder: folder).argv) }
      rules += RootCommand.SEVCtlQuery.allCases.map { SudoRule(exactly: RootCommand.sevctl($0, folder: folder).argv) }
    }
    for (engine, name) in containers {
      rules.append(SudoRule(exactly: RootCommand.containerState(engine: engine, name: name).argv))
    }
    rules += options.novaConf.map { place in
      SudoRule(
        NovaConfText.filter[0], NovaConfText.filter.dropFirst().map(SudoRule.literal).joined(separator: " "),
        place.pattern)
    }
    let format = SudoRule.literal(RootCommand.list(folder: "/").argv.last ?? "")
    rules += [
      SudoRule("/usr/bin/lsinitramfs", Self.image),
      SudoRule("/usr/bin/lsinitrd", Self.image),
      SudoRule("/usr/bin/lsinitrd", "-f (usr/)?lib/firmware/([A-Za-z0-9_][A-Za-z0-9._+~-]*/)*\(Self.name)", Self.image),
      SudoRule("/usr/bin/unmkinitramfs", Self.image, Self.workTree),
      SudoRule("/usr/bin/sha256sum", Self.image),
      SudoRule("/usr/bin/sha256sum", "(\(Self.anyFirmwareFile)|\(Self.staged)|\(Self.backup)(/\(Self.name))+)"),
      SudoRule(
        "/usr/bin/cat",
        "(/boot/grub2?/(grub[.]cfg|grubenv)|\(Self.anyFirmwareFile)|\(Self.backup)(/\(Self.name))+)"),
      SudoRule(
        "/usr/bin/find", "(\(Self.anyFirmwareFolder)|\(Self.backup)(/\(Self.name))*|\(RootCommand.stagedFolder))",
        "-xdev -printf", format),
    ]
    return rules
  }

  var stage: [SudoRule] {
    let folders = [
      RootCommand.stateFolder, RootCommand.stagedFolder, RootCommand.backupsFolder, RootCommand.initramfsFolder,
      "\(Self.backup)(/\(Self.name))*", "/lib/firmware/updates", Self.anyFirmwareFolder,
    ]
    let upload = "\(SudoRule.literal(home))/[.]sevfleet/upload-\(Self.hash)"
    let install = "-o root -g root -m"
    return [
      SudoRule("/usr/bin/install", install, "0755 -d", "(\(folders.joined(separator: "|")))"),
      SudoRule("/usr/bin/ln", "-s (-f )?-T", Self.leaseHolder, RootCommand.leaseFile),
      SudoRule(
        "/usr/bin/dd", "if=\(upload)", "of=\(Self.staged)", "iflag=nofollow,nonblock,fullblock bs=1M count=4",
        "conv=fsync status=none"),
      SudoRule("/usr/bin/cp", "-a -T", Self.anyFirmwareFolder, "\(Self.backup)(/\(Self.name))+"),
      SudoRule("/usr/bin/touch", "(\(Self.anyFirmwareFolder)|\(RootCommand.stagedFolder))/sevfleet-write-test"),
      SudoRule("/usr/bin/rm", "-f", "(\(Self.anyFirmwareFolder)|\(RootCommand.stagedFolder))/sevfleet-write-test"),
      SudoRule("/usr/bin/install", install, "0644 -T", Self.staged, "\(Self.anyFirmwareFolder)/\(Self.newName)"),
      SudoRule(
        "/usr/bin/cp", "-a -T", "\(Self.backup)(/\(Self.name))+", "\(Self.anyFirmwareFolder)/\(Self.newName)"),
      SudoRule(
        "/usr/bin/mv", "-f -T", "\(Self.anyFirmwareFolder)/\(Self.newName)",
        "\(Self.anyFirmwareFolder)/\(Self.loadedName)"),
      SudoRule(
        "/usr/bin/sync",
        "(/boot(/\(Self.name))?|\(Self.anyFirmwareFolder)(/\(Self.name))?|/lib/firmware(/updates)?|"
          + "\(RootCommand.stateFolder)(/\(Self.name))*)"),
      SudoRule(
        "/usr/bin/rm", "-f",
        "(\(Self.anyFirmwareFolder)/(\(Self.loadedName)|\(Self.newName))|\(Self.staged)|\(RootCommand.leaseFile))"),
      SudoRule("/usr/bin/rm", "-rf", "(\(Self.backup)|\(Self.workTree))"),
      SudoRule("/usr/sbin/update-initramfs", "-u -k", Self.kernel),
      SudoRule("/usr/bin/dracut", "-f --kver", Self.kernel),
      SudoRule("/usr/bin/apt-mark", "(hold|unhold)", Self.package),
      SudoRule("/usr/bin/dnf", "-q versionlock (add|delete)", Self.package),
      SudoRule(
        "/usr/bin/dpkg-divert", "--local --rename (--add|--remove)",
        "\(Self.anyFirmwareFolder)/\(Self.loadedName)"),
    ]
  }

  var activate: [SudoRule] {
    let units = RootCommand.computeUnits + options.units
    var rules = units.flatMap { [RootCommand.stopUnit($0), .startUnit($0)] }.map { SudoRule(exactly: $0.argv) }
    for (engine, name) in containers {
      rules.append(SudoRule(exactly: RootCommand.stopContainer(engine: engine, name: name).argv))
      rules.append(SudoRule(exactly: RootCommand.startContainer(engine: engine, name: name).argv))
    }
    for command in options.commands {
      // What stops it also starts it again, by the same words with `start` in place of `stop` (`Policy.ComputeStop`).
      let start = command.map { $0 == "stop" ? "start" : $0 }
      rules += Set([command, start]).sorted { $0.joined() > $1.joined() }
        .map { SudoRule(exactly: RootCommand.own($0).argv) }
    }
    rules += [
      SudoRule("/usr/sbin/modprobe", "-r (kvm_amd|ccp)"),
      // A parameter that names a file (`init_ex_path`) is not among them: root would write there.
      SudoRule("/usr/sbin/modprobe", "kvm_amd( [a-z_]{1,40}=[A-Za-z0-9-]{1,12})*"),
      SudoRule("/usr/sbin/modprobe", "ccp( (psp_init_on_probe|nqueues|max_devs)=[A-Za-z0-9]{1,12})*"),
      SudoRule(exactly: RootCommand.unloadKexec.argv),
      SudoRule(exactly: RootCommand.reboot.argv),
      SudoRule(
        "/usr/bin/systemd-run", "--quiet --collect", SudoRule.literal("--uid=\(user)"), "-- /bin/sh",
        "\(SudoRule.literal(home))/[.]sevfleet/[A-Za-z0-9][A-Za-z0-9._-]*"),
    ]
    return rules
  }

  private var containers: [(engine: String, name: String)] {
    let names = [RootCommand.computeContainer] + options.containers
    return engines.flatMap { engine in names.map { (engine, $0) } }
  }
}
