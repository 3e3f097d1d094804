/// What the kernel tells without a tool: nothing here forks more than once.
extension ProbeScript {
  static var values: String {
    """
    \(begin(.values))
    item bootID /proc/sys/kernel/random/boot_id
    item uptime /proc/uptime
    item kernel /proc/sys/kernel/osrelease
    item biosVendor /sys/class/dmi/id/bios_vendor
    item biosVersion /sys/class/dmi/id/bios_version
    item biosDate /sys/class/dmi/id/bios_date
    item sev /sys/module/kvm_amd/parameters/sev
    item sevES /sys/module/kvm_amd/parameters/sev_es
    item sevSNP /sys/module/kvm_amd/parameters/sev_snp
    item classPath /sys/module/firmware_class/parameters/path
    item kexecLoaded /sys/kernel/kexec_loaded
    item bootloader /proc/sys/kernel/bootloader_type
    for f in /sys/firmware/acpi/fpdt/boot/*; do item "fpdt.${f##*/}" "$f"; done
    # Only read, and only where SNP runs: a read asks the firmware, a write would start a verification.
    snp=
    read -r snp </sys/module/kvm_amd/parameters/sev_snp
    for f in /sys/firmware/sev/vulnerabilities/*; do
      if [ "$snp" = Y ] && [ -r "$f" ]; then
        printf 'mitigation.%s=%s\\n' "${f##*/}" "$(timeout \(quickSeconds) head -c 64 "$f")"
      fi
    done
    printf 'become=%s\\nuid=%s\\n' "$become" "$(id -u)"
    if [ -e /run/nologin ]; then echo nologin=1; fi
    \(LeaseText.script)
    kernel=
    read -r kernel </proc/sys/kernel/osrelease
    classpath=
    read -r classpath </sys/module/firmware_class/parameters/path
    # A path set since the boot is lost with it: the next boot has what the command line says.
    cmdline='' bootpath=
    read -r cmdline </proc/cmdline
    set -f
    for w in $cmdline; do
      case $w in firmware_class.path=*) bootpath=${w#*=} ;; esac
    done
    set +f
    if [ -n "$cmdline" ]; then printf 'bootClassPath=%s\\n' "$bootpath"; fi
    builtin=/lib/modules/$kernel/modules.builtin
    if [ -r "$builtin" ]; then echo builtinList=1; fi
    for m in ccp kvm_amd; do
      if [ -d "/sys/module/$m" ]; then echo "$m.present=1"; else echo "$m.present=0"; fi
      item "$m.initstate" "/sys/module/$m/initstate"
      item "$m.refcnt" "/sys/module/$m/refcnt"
      for h in "/sys/module/$m/holders"/*; do
        if [ -e "$h" ]; then echo "$m.holder=${h##*/}"; fi
      done
    done
    if [ ! -e /sys/module/ccp/initstate ] || [ ! -e /sys/module/kvm_amd/initstate ]; then
      grep -E '/(ccp|kvm[-_]amd)[.]ko' "$builtin" | sed 's/^/builtin=/'
    fi
    \(end(.values))
    """
  }

  /// `/proc/cpuinfo` up to the first empty line.
  static var cpuInfo: String {
    """
    \(begin(.cpuInfo))
    sed '/^flags/d;/^$/q' /proc/cpuinfo | head -c 8192
    \(end(.cpuInfo))
    """
  }

  /// Names searched for, each in the folders where distributions put it.
  static let toolNames = [
    "snphost", "sevctl", "virsh", "libvirtd", "virtqemud", "update-initramfs", "lsinitramfs", "unmkinitramfs",
    "dracut", "lsinitrd", "dpkg", "dpkg-divert", "apt-mark", "rpm", "dnf", "systemctl", "systemd-run", "journalctl",
    "kexec", "docker", "podman", "grubby", "modprobe", "ps", "sudo", "sha256sum", "xz", "zstd",
  ]

  static var tools: String {
    """
    \(begin(.tools))
    snphost='' sevctl=''
    for t in \(toolNames.joined(separator: " ")); do
      for d in \(RootCommand.toolFolders.joined(separator: " ")); do
        if [ -x "$d/$t" ]; then
          echo "$t=$d/$t"
          case $t in snphost) snphost=$d/$t ;; sevctl) sevctl=$d/$t ;; esac
          break
        fi
      done
    done
    \(end(.tools))
    """
  }

  /// The selection of log lines: the driver, kvm, the RMP table, and the line that proves the log reaches the boot.
  static let logPattern = #"ccp |SEV|sev command|kvm_amd|\] (.* kernel: )?Linux version "#

  static var logs: String {
    """
    pattern=\(ShellWord.quoted(logPattern))
    \(begin(.dmesg))
    log=$(pick \(quickSeconds) \(maximumLogBytes) "$pattern" \(root(.dmesg)))
    printf '%s\\n' "$log"
    \(end(.dmesg))
    case $log in
    *'] Linux version '*) ;;
    *)
      if [ -x /usr/bin/journalctl ]; then
        \(begin(.journal))
        pick \(slowSeconds) \(maximumLogBytes) "$pattern" \(root(.journal))
        \(end(.journal))
      fi ;;
    esac
    log=
    """
  }

  static var loaderConfig: String {
    """
    loader_config() {
      printf 'kernel=%s\\n' "$1"
      for f in "/boot/config-$1" "/lib/modules/$1/config"; do
        if [ -r "$f" ]; then
          printf 'file=%s\\n' "$f"
          grep -E 'CONFIG_FW_LOADER[=_ ]' "$f" | head -c 4096
          break
        fi
      done
    }
    \(begin(.loaderConfig))
    loader_config "$kernel"
    \(end(.loaderConfig))
    """
  }

  static var nextLoaderConfig: String {
    """
    if [ -n "$next" ] && [ "$next" != "$kernel" ]; then
      \(begin(.nextLoaderConfig))
      loader_config "$next"
      \(end(.nextLoaderConfig))
    fi
    """
  }
}
