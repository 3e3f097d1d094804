import Glibc

/// The script that turns a copy of the template into the root of one host, as first process of its namespaces.
enum NamespaceSetup {
  /// Arguments: mount point, template, host name. Descriptor 3 gets `pid N` and then `ready`; standard input is the
  /// lifeline: nobody writes to it, and its end (the lab is gone, however it died) ends the host's first process and
  /// with it everything in the host. A first process that ignores SIGCHLD lets the kernel reap orphans.
  static let script = #"""
    set -e
    base=$1 template=$2 name=$3
    read -r pid rest < /proc/self/stat
    echo "pid $pid" >&3
    mount -t tmpfs -o mode=755,size=1g host "$base"
    cp -a "$template/." "$base/"
    mount -a -T "$base/run/lab/fstab"
    echo "$name" > /proc/sys/kernel/hostname
    cd "$base"
    pivot_root . run/lab/old
    umount -l /run/lab/old
    rmdir /run/lab/old
    rm /run/lab/fstab
    echo ready >&3
    exec 3>&-
    cd /
    exec env --ignore-signal=CHLD /run/lab/systemd > /dev/null 2>&1
    """#

  /// What a host's processes may ever do, also as root. Loading modules, rebooting, mounting, setting clocks and
  /// raw devices are not among it, so that no program inside can reach the machine around the lab.
  static let capabilities = [
    "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap",
    "net_bind_service", "sys_chroot", "sys_ptrace", "sys_resource", "sys_nice", "audit_write", "setfcap", "lease",
  ]

  /// Files bound over ones that the kernel makes; the bound file lies in `/run/lab/proc` under the last part.
  static let boundFiles = [
    "/proc/cpuinfo", "/proc/modules", "/proc/cmdline", "/proc/uptime", "/proc/version",
    "/proc/sys/kernel/random/boot_id", "/proc/sys/kernel/osrelease",
    "/proc/sys/kernel/bootloader_type", "/proc/sysrq-trigger",
  ]

  static let devices = ["null", "zero", "full", "random", "urandom", "tty"]

  /// All mounts of a host below `base`, in order, as `mount -a` reads them.
  static func fstab(base: String) -> String {
    var lines = [
      "host \(base)/usr overlay lowerdir=/usr,upperdir=\(base)/run/lab/upper,workdir=\(base)/run/lab/work",
      "proc \(base)/proc proc nosuid,nodev,noexec",
      "devpts \(base)/dev/pts devpts newinstance,ptmxmode=0666,mode=620,gid=5",
    ]
    for folder in ["firmware", "modules"] {
      lines.append("\(base)/run/lab/\(folder) \(base)/usr/lib/\(folder) none bind")
    }
    lines.append("\(base)/run/lab/local \(base)/usr/local none bind")
    for device in devices { lines.append("/dev/\(device) \(base)/dev/\(device) none bind") }
    // What this machine's kernel does not have cannot be covered: /proc/modules, for one, exists only with modules.
    for file in boundFiles where access(file, F_OK) == 0 {
      lines.append("\(base)/run/lab/proc/\(file.lastPathPart) \(base)\(file) none bind")
    }
    return lines.map { $0 + " 0 0\n" }.joined()
  }
}
