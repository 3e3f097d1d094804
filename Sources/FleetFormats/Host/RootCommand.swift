/// Every command that sevfleet ever runs as root on a host: one place for its argv and for its line in the sudo rules.
///
/// A rule is exact: variable parts are matched by anchored regular expressions (sudo 1.9.10 or newer) that admit
/// neither a space nor a path component that starts with a dot. No rule lets root run a shell or a script; `detach`
/// starts one as the login itself.
package enum RootCommand: Hashable, Sendable {
  // Looking.
  case dmesg
  case journal
  /// `folder` is the one of `toolFolders` that holds the tool on this host.
  case snphost(SNPHostQuery, folder: String = "/usr/bin")
  case sevctl(SEVCtlQuery, folder: String = "/usr/bin")
  case libvirtList
  case processes
  case listInitramfs(image: String)
  case listDracut(image: String)
  case unpackInitramfs(image: String, folder: String)
  /// One file of a dracut image to standard output.
  case readDracut(image: String, path: String)
  case defaultKernel
  case containerState(engine: String, name: String)
  case hash(path: String)
  case read(path: String)
  case list(folder: String)
  /// The words of a nova.conf that `NovaConfText` speaks of, and no others: the file holds passwords.
  case novaConf(path: String)
  // Preparing, backing up, staging.
  case makeFolder(String)
  /// Fails where a lease lies already: one system call makes it, with its holder.
  case takeLease(holder: String)
  /// In place of the one that lies there.
  case replaceLease(holder: String)
  case adoptUpload(upload: String, sha256: String)
  case copyFolder(from: String, backup: String, name: String)
  case testWrite(folder: String)
  case testWriteEnd(folder: String)
  case placeNew(sha256: String, folder: String)
  case placeFromBackup(backup: String, path: String, folder: String, sha256: String)
  case activateName(sha256: String, folder: String, name: String)
  case sync(String)
  case remove(path: String)
  case removeTree(String)
  case updateInitramfs(kernel: String)
  case dracut(kernel: String)
  case hold(package: String, tool: PackageTool)
  case unhold(package: String, tool: PackageTool)
  case divert(path: String)
  case undivert(path: String)
  // Activating.
  case stopUnit(String)
  case startUnit(String)
  case stopContainer(engine: String, name: String)
  case startContainer(engine: String, name: String)
  case own([String])
  case unloadModule(String)
  case loadModule(String, parameters: [String])
  case unloadKexec
  case reboot
  case detach(user: String, script: String)

  package enum SNPHostQuery: String, Hashable, Sendable, CaseIterable {
    case tcb = "show tcb"
    case version = "show version"
    case guests = "show guests"
    case checks = "ok"

    fileprivate var words: [String] { rawValue.split(separator: " ").map(String.init) }
  }

  package enum SEVCtlQuery: String, Hashable, Sendable, CaseIterable {
    case version = "show version"
    case checks = "ok"

    fileprivate var words: [String] { rawValue.split(separator: " ").map(String.init) }
  }

  package enum PackageTool: String, Hashable, Sendable, CaseIterable { case apt, dnf }

  /// Root's folder on a host; nothing is written outside it, `/lib/firmware` and what the initramfs tool writes.
  package static let stateFolder = "/var/lib/sevfleet"
  package static let stagedFolder = "/var/lib/sevfleet/staged"
  package static let backupsFolder = "/var/lib/sevfleet/backups"
  package static let initramfsFolder = "/var/lib/sevfleet/initramfs"
  package static let leaseFile = "/var/lib/sevfleet/lease"
  /// The two folders an image may be staged into.
  package static let firmwareFolders = ["/lib/firmware/amd", "/lib/firmware/updates/amd"]

  /// The full argv, absolute path first.
  package var argv: [String] {
    switch self {
    case .dmesg: ["/usr/bin/dmesg"]
    case .journal: ["/usr/bin/journalctl", "-k", "-b", "-o", "short-monotonic", "--no-pager"]
    case .snphost(let query, let folder): ["\(folder)/snphost"] + query.words
    case .sevctl(let query, let folder): ["\(folder)/sevctl"] + query.words
    case .libvirtList: ["/usr/bin/virsh", "-c", "qemu:///system", "list", "--uuid"]
    case .processes: ["/usr/bin/ps", "-eww", "-o", "pid=", "-o", "args="]
    case .listInitramfs(let image): ["/usr/bin/lsinitramfs", image]
    case .listDracut(let image): ["/usr/bin/lsinitrd", image]
    case .unpackInitramfs(let image, let folder): ["/usr/bin/unmkinitramfs", image, folder]
    case .readDracut(let image, let path): ["/usr/bin/lsinitrd", "-f", path, image]
    case .defaultKernel: ["/usr/sbin/grubby", "--default-kernel"]
    case .containerState(let engine, let name):
      ["/usr/bin/\(engine)", "inspect", "--format", "{{.State.Running}}", name]
    case .hash(let path): ["/usr/bin/sha256sum", path]
    case .read(let path): ["/usr/bin/cat", path]
    case .list(let folder): ["/usr/bin/find", folder, "-xdev", "-printf", #"%y %m %U %G %s %p\t%l\n"#]
    case .novaConf(let path): NovaConfText.filter + [path]
    case .makeFolder, .takeLease, .replaceLease, .adoptUpload, .copyFolder, .testWrite, .testWriteEnd, .placeNew,
      .placeFromBackup, .activateName, .sync, .remove, .removeTree, .updateInitramfs, .dracut, .hold, .unhold,
      .divert, .undivert:
      stagingArgv
    case .stopUnit, .startUnit, .stopContainer, .startContainer, .own, .unloadModule, .loadModule, .unloadKexec,
      .reboot, .detach:
      activationArgv
    }
  }

  private var stagingArgv: [String] {
    let install = ["/usr/bin/install", "-o", "root", "-g", "root"]
    switch self {
    case .makeFolder(let path): return install + ["-m", "0755", "-d", path]
    case .takeLease(let holder): return ["/usr/bin/ln", "-s", "-T", holder, Self.leaseFile]
    case .replaceLease(let holder): return ["/usr/bin/ln", "-s", "-f", "-T", holder, Self.leaseFile]
    case .adoptUpload(let upload, let sha256):
      // `nofollow`: the login owns the upload's folder, and a link there must not make root read another file.
      // The count bounds what a login can have written, at the largest size an image may have.
      return [
        "/usr/bin/dd", "if=\(upload)", "of=\(Self.stagedFolder)/\(sha256).sbin", "iflag=nofollow,nonblock,fullblock",
        "bs=1M", "count=4", "conv=fsync", "status=none",
      ]
    case .copyFolder(let from, let backup, let name):
      return ["/usr/bin/cp", "-a", "-T", from, "\(Self.backupsFolder)/\(backup)/\(name)"]
    case .testWrite(let folder): return ["/usr/bin/touch", "\(folder)/sevfleet-write-test"]
    case .testWriteEnd(let folder): return ["/usr/bin/rm", "-f", "\(folder)/sevfleet-write-test"]
    case .placeNew(let sha256, let folder):
      return install + ["-m", "0644", "-T", "\(Self.stagedFolder)/\(sha256).sbin", "\(folder)/sevfleet-new-\(sha256)"]
    case .placeFromBackup(let backup, let path, let folder, let sha256):
      return ["/usr/bin/cp", "-a", "-T", "\(Self.backupsFolder)/\(backup)/\(path)", "\(folder)/sevfleet-new-\(sha256)"]
    case .activateName(let sha256, let folder, let name):
      return ["/usr/bin/mv", "-f", "-T", "\(folder)/sevfleet-new-\(sha256)", "\(folder)/\(name)"]
    case .sync(let path): return ["/usr/bin/sync", path]
    case .remove(let path): return ["/usr/bin/rm", "-f", path]
    case .removeTree(let path): return ["/usr/bin/rm", "-rf", path]
    case .updateInitramfs(let kernel): return ["/usr/sbin/update-initramfs", "-u", "-k", kernel]
    // Without a file name dracut writes the image its distribution boots (`initramfs-K.img`, `initrd.img-K`).
    case .dracut(let kernel): return ["/usr/bin/dracut", "-f", "--kver", kernel]
    case .hold(let package, let tool): return Self.holdArgv(package, tool, on: true)
    case .unhold(let package, let tool): return Self.holdArgv(package, tool, on: false)
    case .divert(let path): return ["/usr/bin/dpkg-divert", "--local", "--rename", "--add", path]
    case .undivert(let path): return ["/usr/bin/dpkg-divert", "--local", "--rename", "--remove", path]
    case .dmesg, .journal, .snphost, .sevctl, .libvirtList, .processes, .listInitramfs, .listDracut,
      .unpackInitramfs, .readDracut, .defaultKernel, .containerState, .hash, .read, .list, .novaConf, .stopUnit,
      .startUnit, .stopContainer, .startContainer, .own, .unloadModule, .loadModule, .unloadKexec, .reboot, .detach:
      return []
    }
  }

  private static func holdArgv(_ package: String, _ tool: PackageTool, on: Bool) -> [String] {
    switch tool {
    case .apt: ["/usr/bin/apt-mark", on ? "hold" : "unhold", package]
    case .dnf: ["/usr/bin/dnf", "-q", "versionlock", on ? "add" : "delete", package]
    }
  }

  private var activationArgv: [String] {
    switch self {
    case .stopUnit(let unit): ["/usr/bin/systemctl", "stop", unit]
    case .startUnit(let unit): ["/usr/bin/systemctl", "start", unit]
    case .stopContainer(let engine, let name): ["/usr/bin/\(engine)", "stop", name]
    case .startContainer(let engine, let name): ["/usr/bin/\(engine)", "start", name]
    case .own(let argv): argv
    case .unloadModule(let module): ["/usr/sbin/modprobe", "-r", module]
    case .loadModule(let module, let parameters): ["/usr/sbin/modprobe", module] + parameters
    case .unloadKexec: ["/usr/sbin/kexec", "-u"]
    case .reboot: ["/usr/bin/systemctl", "reboot"]
    case .detach(let user, let script):
      [
        "/usr/bin/systemd-run", "--quiet", "--collect", "--uid=\(user)", "--", "/bin/sh", script,
      ]
    case .dmesg, .journal, .snphost, .sevctl, .libvirtList, .processes, .listInitramfs, .listDracut,
      .unpackInitramfs, .readDracut, .defaultKernel, .containerState, .hash, .read, .list, .novaConf, .makeFolder,
      .takeLease, .replaceLease, .adoptUpload, .copyFolder, .testWrite, .testWriteEnd, .placeNew, .placeFromBackup,
      .activateName, .sync, .remove, .removeTree, .updateInitramfs, .dracut, .hold, .unhold, .divert, .undivert:
      []
    }
  }

  /// Units that run nova-compute: Debian and Ubuntu, RDO, devstack, and Kolla's unit round its container.
  package static let computeUnits = [
    "nova-compute.service", "openstack-nova-compute.service", "devstack@n-cpu.service",
    "kolla-nova_compute-container.service",
  ]
  /// Kolla's container, where no unit runs nova-compute.
  package static let computeContainer = "nova_compute"

  /// The folders in which snphost and sevctl are looked for, in this order.
  package static let toolFolders = ["/usr/local/bin", "/usr/bin", "/usr/local/sbin", "/usr/sbin"]
}
