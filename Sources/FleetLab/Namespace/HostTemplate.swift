import Glibc

/// The tree that every host starts from: a small Debian 12 without anything of the machine around it but `/usr`.
enum HostTemplate {
  /// Numeric ids of accounts on every host.
  static let loginID: uid_t = 1000
  static let qemuID: uid_t = 64055

  static func files(login: String, authorizedKeys: String) -> [TemplateFile] {
    folders + links + devices + accounts(login) + sshd + access(login) + system + bound + StandIns.files + [
      TemplateFile("/home/\(login)", .folder(0o700)),
      TemplateFile("/home/\(login)/.ssh", .folder(0o700)),
      TemplateFile("/home/\(login)/.ssh/authorized_keys", .text(authorizedKeys, 0o600)),
    ]
  }

  private static let folders: [TemplateFile] =
    [
      "/boot/grub", "/dev/pts", "/dev/shm", "/etc/initramfs-tools", "/etc/kernel", "/etc/modprobe.d",
      "/etc/apt/apt.conf.d",
      "/etc/apt/sources.list.d", "/etc/apt/preferences.d",
      "/etc/dpkg/dpkg.cfg.d", "/etc/sudoers.d", "/home", "/media", "/mnt", "/opt", "/proc", "/run/lab/old",
      "/run/lab/work", "/run/lab/upper/lib/firmware", "/run/lab/upper/lib/modules", "/run/lab/upper/local",
      "/run/lab/firmware/amd", "/run/lab/modules", "/run/lab/local/bin", "/run/lab/local/sbin", "/run/lab/local/lib",
      "/run/lock", "/run/sshd", "/run/systemd/system", "/srv", "/sys", "/usr", "/var/cache", "/var/lib",
      "/var/lib/dpkg/info", "/var/lib/dpkg/updates", "/var/lib/dpkg/triggers", "/var/lib/apt/lists/partial",
      "/var/cache/apt/archives/partial", "/var/log", "/var/spool",
    ].map { TemplateFile($0, .folder(0o755)) } + [
      TemplateFile("/root", .folder(0o700)), TemplateFile("/tmp", .folder(0o1777)),
      TemplateFile("/var/tmp", .folder(0o1777)), TemplateFile("/run/lab", .folder(0o700)),
    ]

  private static let links: [TemplateFile] = [
    TemplateFile("/bin", .link("usr/bin")), TemplateFile("/sbin", .link("usr/sbin")),
    TemplateFile("/lib", .link("usr/lib")), TemplateFile("/lib64", .link("usr/lib64")),
    TemplateFile("/var/run", .link("/run")), TemplateFile("/var/lock", .link("/run/lock")),
    TemplateFile("/dev/fd", .link("/proc/self/fd")), TemplateFile("/dev/stdin", .link("/proc/self/fd/0")),
    TemplateFile("/dev/stdout", .link("/proc/self/fd/1")), TemplateFile("/dev/stderr", .link("/proc/self/fd/2")),
    TemplateFile("/dev/ptmx", .link("pts/ptmx")), TemplateFile("/run/lab/systemd", .link("/usr/bin/cat")),
    TemplateFile("/etc/os-release", .link("../usr/lib/os-release")),
    TemplateFile("/etc/alternatives/awk", .link("/usr/bin/mawk")),
    TemplateFile("/etc/alternatives/which", .link("/usr/bin/which.debianutils")),
    TemplateFile("/etc/mtab", .link("../proc/self/mounts")),
  ]

  private static let devices: [TemplateFile] =
    NamespaceSetup.devices.map { TemplateFile("/dev/\($0)", .text("", 0o666)) } + [
      TemplateFile("/dev/kvm", .text("", 0o660))
    ]

  private static let bound: [TemplateFile] = NamespaceSetup.boundFiles.map {
    TemplateFile("/run/lab/proc/\($0.lastPathPart)", .text("\n", $0 == "/proc/sysrq-trigger" ? 0o200 : 0o444))
  }

  private static func accounts(_ login: String) -> [TemplateFile] {
    let passwd = """
      root:x:0:0:root:/root:/bin/bash
      daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
      _apt:x:42:65534::/nonexistent:/usr/sbin/nologin
      sshd:x:105:65534::/run/sshd:/usr/sbin/nologin
      nova:x:64060:64060::/var/lib/nova:/bin/sh
      libvirt-qemu:x:64055:106::/var/lib/libvirt:/usr/sbin/nologin
      \(login):x:1000:1000::/home/\(login):/bin/bash
      nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin

      """
    let groups = """
      root:x:0:
      daemon:x:1:
      adm:x:4:
      tty:x:5:
      sudo:x:27:
      kvm:x:106:
      nova:x:64060:
      \(login):x:1000:
      nogroup:x:65534:

      """
    let names = ["root", "daemon", "_apt", "sshd", "nova", "libvirt-qemu", login, "nobody"]
    let shadow = names.map { "\($0):*:19000:0:99999:7:::\n" }.joined()
    return [
      TemplateFile("/etc/passwd", .text(passwd, 0o644)), TemplateFile("/etc/group", .text(groups, 0o644)),
      TemplateFile("/etc/shadow", .text(shadow, 0o640)),
    ]
  }

  private static let sshd: [TemplateFile] = [
    TemplateFile("/etc/ssh/sshd_config", .text(SSHServer.configuration(for: .init()), 0o644)),
    TemplateFile(
      "/etc/pam.d/sshd",
      .text(
        """
        auth required pam_deny.so
        account required pam_nologin.so
        account required pam_permit.so
        session required pam_permit.so

        """, 0o644)),
  ]

  private static func access(_ login: String) -> [TemplateFile] {
    let permit = "auth required pam_deny.so\naccount required pam_permit.so\nsession required pam_permit.so\n"
    return [
      TemplateFile("/etc/pam.d/sudo", .text(permit, 0o644)),
      TemplateFile("/etc/pam.d/sudo-i", .text(permit, 0o644)),
      TemplateFile("/etc/pam.d/other", .text(permit, 0o644)),
      TemplateFile("/etc/sudoers", .text(Sudoers.main, 0o440)),
      TemplateFile("/etc/sudoers.d/sevfleet", .text(Sudoers.everything(login), 0o440)),
    ]
  }

  private static let system: [TemplateFile] = [
    TemplateFile("/etc/apt/sources.list", .text("", 0o644)),
    TemplateFile("/etc/debian_version", .text("12.12\n", 0o644)),
    TemplateFile("/etc/hostname", .text("", 0o644)),
    TemplateFile("/etc/nsswitch.conf", .text("passwd: files\ngroup: files\nshadow: files\nhosts: files\n", 0o644)),
    TemplateFile("/etc/login.defs", .text("UMASK 022\n", 0o644)),
    TemplateFile("/etc/ld.so.cache", .copy("/etc/ld.so.cache")),
    TemplateFile("/etc/ld.so.conf", .copy("/etc/ld.so.conf")),
    TemplateFile("/etc/default/grub", .text("GRUB_DEFAULT=0\nGRUB_TIMEOUT=5\n", 0o644)),
    TemplateFile("/run/lab/upper/lib/os-release", .text(osRelease, 0o644)),
    TemplateFile("/var/lib/dpkg/lock", .text("", 0o640)),
    TemplateFile("/var/lib/dpkg/lock-frontend", .text("", 0o640)),
    TemplateFile("/var/lib/dpkg/available", .text("", 0o644)),
    TemplateFile("/var/lib/dpkg/triggers/File", .text("", 0o644)),
    TemplateFile("/var/lib/dpkg/triggers/Unincorp", .text("", 0o644)),
    TemplateFile("/var/lib/dpkg/arch", .text("amd64\n", 0o644)),
  ]

  private static let osRelease = """
    PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
    NAME="Debian GNU/Linux"
    VERSION_ID="12"
    VERSION="12 (bookworm)"
    VERSION_CODENAME=bookworm
    ID=debian
    HOME_URL="https://www.debian.org/"

    """
}
