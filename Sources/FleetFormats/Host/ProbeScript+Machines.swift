/// What tools tell: the SEV firmware, virtual machines, package managers, nova-compute.
extension ProbeScript {
  private static func ask(_ section: ProbeSection, seconds: Int = quickSeconds, _ command: String) -> String {
    "\(begin(section)); ask \(seconds) \(maximumToolBytes) \(command); \(end(section))"
  }

  /// The tool's own folder stands in a variable of the script.
  private static func snphost(_ query: RootCommand.SNPHostQuery) -> String {
    "as_root " + line(["$snphost"] + RootCommand.snphost(query).argv.dropFirst())
  }

  private static func sevctl(_ query: RootCommand.SEVCtlQuery) -> String {
    "as_root " + line(["$sevctl"] + RootCommand.sevctl(query).argv.dropFirst())
  }

  /// snphost asks for the SNP platform status, and where SNP is not up some kernels (6.16 to 6.18) start SNP and shut it
  /// down again to answer; with VMs running that has crashed hosts (Linux ceac7fb89e8d, 08f0e65e784c; FACTS 2.10).
  static var sevTools: String {
    """
    if [ -d /sys/module/kvm_amd ] && read -r snp < /sys/module/kvm_amd/parameters/sev_snp; then
      case $snp in [Yy1]*) ;; *) snphost='' ;; esac
    elif [ ! -d /sys/module/kvm_amd ]; then
      snphost=''
    fi 2>/dev/null
    if [ -n "$snphost" ]; then
      \(ask(.snphostTCB, snphost(.tcb)))
      \(ask(.snphostVersion, snphost(.version)))
      \(ask(.snphostGuests, snphost(.guests)))
      \(ask(.snphostChecks, snphost(.checks)))
    fi
    if [ -n "$sevctl" ]; then
      \(ask(.sevctlVersion, sevctl(.version)))
      if [ -z "$snphost" ]; then \(ask(.sevctlChecks, sevctl(.checks))); fi
    fi
    """
  }

  /// QEMU by any name, package managers, and scripts of theirs run by an interpreter; and process 1, the
  /// proof that all are visible.
  static let processPattern =
    #"^ *[0-9]+ \[?([^ ]*/)?(qemu|kvm|apt|aptitude|dpkg|unattended-upgr|dnf|yum|rpm|zypper)|^ *1 |"#
    + #"^ *[0-9]+ ([^ ]*/)?(python|perl|sh|bash|dash)[^ /]* (-[^ ]* )*[^ ]*/(apt|aptitude|unattended-upgr|dnf|yum)"#

  static var machines: String {
    """
    if [ -x /usr/bin/ps ]; then
      \(begin(.processes))
      pattern=\(ShellWord.quoted(processPattern))
      pick \(quickSeconds) \(maximumProcessBytes) "$pattern" \(root(.processes))
      \(end(.processes))
    fi
    if [ -x /usr/bin/virsh ]; then
      \(ask(.libvirt, root(.libvirtList)))
    fi
    """
  }

  /// Files whose locks a package manager holds while it works; `stat` names their inodes for `/proc/locks`.
  static let lockFiles = [
    "/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", "/var/lib/rpm/.rpm.lock", "/usr/lib/sysimage/rpm/.rpm.lock",
  ]

  static var packageLocks: String {
    """
    \(begin(.locks))
    set --
    for f in \(lockFiles.joined(separator: " ")); do
      if [ -e "$f" ]; then set -- "$@" "$f"; fi
    done
    if [ $# -gt 0 ]; then
      stat -c 'file %D %i %n' -- "$@"
      head -c \(maximumToolBytes) /proc/locks
    fi
    \(end(.locks))
    """
  }

  static var compute: String {
    let units = RootCommand.computeUnits.map(ShellWord.quoted).joined(separator: " ")
    let containers = [(ProbeSection.docker, "docker"), (.podman, "podman")].map { section, engine in
      let state = RootCommand.containerState(engine: engine, name: RootCommand.computeContainer)
      return "if [ -x /usr/bin/\(engine) ]; then \(ask(section, root(state))); fi"
    }
    return """
      units=
      if [ -d /run/systemd/system ] && [ -x /usr/bin/systemctl ]; then
        \(begin(.units))
        units=$(ask \(quickSeconds) \(maximumToolBytes) \\
          /usr/bin/systemctl show --no-pager -p Id -p LoadState -p ActiveState -- \(units))
        printf '%s\\n' "$units"
        \(end(.units))
      fi
      case $units in
      *LoadState=loaded*) ;;
      *)
        \(containers.joined(separator: "\n    ")) ;;
      esac
      """
  }

  /// dpkg's own record, since `apt-mark showhold` reads the whole archive index (0.8 s of CPU where measured).
  static var held: String {
    """
    \(begin(.held))
    if [ -r /var/lib/dpkg/status ]; then
      sed -n '/^Package: /h;/^Status: hold /{g;p;}' /var/lib/dpkg/status | head -c \(maximumToolBytes)
    fi
    for f in /etc/dnf/plugins/versionlock.list /etc/yum/pluginconf.d/versionlock.list /etc/dnf/versionlock.toml; do
      if [ -r "$f" ]; then
        printf 'locks %s\\n' "$f"
        head -c 16384 "$f"
      fi
    done
    \(end(.held))
    """
  }
}
