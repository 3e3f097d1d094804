/// The parts of a probe's answer: what the script prints and what the parser reads, named once.
enum ProbeSection: String, CaseIterable, Sendable {
  /// `key=value` lines from sysfs and procfs.
  case values
  /// `/proc/cpuinfo`, first processor.
  case cpuInfo = "cpuinfo"
  /// `name=path` of the tools that are there.
  case tools
  case dmesg
  /// `journalctl -k`, only where `dmesg` lost the start of the boot.
  case journal
  case snphostTCB = "snphost.tcb"
  case snphostVersion = "snphost.version"
  case snphostGuests = "snphost.guests"
  case snphostChecks = "snphost.ok"
  case sevctlVersion = "sevctl.version"
  case sevctlChecks = "sevctl.ok"
  /// Processes that are QEMU or a package manager.
  case processes
  case libvirt
  /// Locks of package managers.
  case locks
  /// The loader's lines of the kernel's configuration.
  case loaderConfig = "loader-config"
  /// The same of the kernel that boots next, where that is another one.
  case nextLoaderConfig = "loader-config.next"
  /// Firmware files on the real root.
  case files
  /// Which packages own them.
  case owners
  /// `apt-cache policy` of those packages.
  case pending = "packages.pending"
  /// `grubby --default-kernel`.
  case grubby
  /// Lines of `grub.cfg` and `grubenv`, and the kernels in `/boot`.
  case boot
  /// Which kernel's initramfs was looked at, and the lines of its listing that matter.
  case initramfs
  /// Firmware files inside that initramfs.
  case initramfsFiles = "initramfs.files"
  /// What systemd knows of nova-compute.
  case units
  case docker
  case podman
  case held
}
