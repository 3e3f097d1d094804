/// What the SEV tools and procfs print. One PROVENANCE line each.
enum ToolFixtures {
  /// PROVENANCE: snphost 0.6 and newer on Milan, as the YAOOK guide shows it; platform part completed alike.
  static let tcb = """
    Reported TCB: TCB Version:
      Microcode:   219
      SNP:         28
      TEE:         0
      Boot Loader: 4
      FMC:         None
    Platform TCB: TCB Version:
      Microcode:   219
      SNP:         28
      TEE:         0
      Boot Loader: 4
      FMC:         None
    """

  /// PROVENANCE: synthetic, in the shape of snphost up to 0.5: the label alone on its line, four fields.
  static let tcbOld = """
    Reported TCB:\u{20}
    TCB Version:
      Microcode:   209
      SNP:         8
      TEE:         0
      Boot Loader: 3
     \u{20}
    Platform TCB:\u{20}
    TCB Version:
      Microcode:   209
      SNP:         14
      TEE:         0
      Boot Loader: 3

    """

  /// PROVENANCE: synthetic, after virtee/snphost issue 125: version 0.6.0 on Milan prints zeros and FMC 219.
  static let tcbBroken = """
    Reported TCB: TCB Version:
      Microcode:   0
      SNP:         0
      TEE:         0
      Boot Loader: 0
      FMC:         219
    Platform TCB: TCB Version:
      Microcode:   0
      SNP:         0
      TEE:         0
      Boot Loader: 0
      FMC:         219
    """

  /// PROVENANCE: Turin, values of a user's report (FMC 1, BL 3, TEE 2, SNP 5, microcode 97), shape of snphost 0.6.
  static let tcbTurin = """
    Reported TCB: TCB Version:
      Microcode:   97
      SNP:         5
      TEE:         2
      Boot Loader: 3
      FMC:         1
    Platform TCB: TCB Version:
      Microcode:   97
      SNP:         5
      TEE:         2
      Boot Loader: 3
      FMC:         1
    """

  /// PROVENANCE: lines of `snphost ok` in the form SAMPLES gives, colours as the tool prints them.
  static let checks = """
    [ \u{1B}[32mPASS\u{1B}[0m ] - AMD CPU
    [ PASS ]   - Microcode support
    [ PASS ]     - SME: Enabled in MSR
    [ FAIL ]   - SEV-SNP enabled in KVM
    [ SKIP ]     - VM Permission Levels
    ERROR: One or more tests in snphost ok reported a failure
    """

  /// PROVENANCE: Naples, AMDESE/sev-tool issue 66; keys padded with tabs.
  static let cpuInfoNaples = """
    processor\t: 0
    vendor_id\t: AuthenticAMD
    cpu family\t: 23
    model\t\t: 1
    model name\t: AMD EPYC 7401P 24-Core Processor
    stepping\t: 2
    microcode\t: 0x800126c
    """

  /// PROVENANCE: synthetic; libvirt's command line for the three launch-security kinds, trimmed.
  static let processes = """
          1 /sbin/init
        812 apt-get -y install linux-image-amd64
       2001 /usr/bin/qemu-system-x86_64 -name guest=instance-0000000a,debug-threads=on -S -object \
    {"qom-type":"secret","id":"masterKey0"} -machine pc-q35-7.2,confidential-guest-support=lsec0 -object \
    {"qom-type":"sev-guest","id":"lsec0","cbitpos":51,"reduced-phys-bits":1,"policy":3} -uuid \
    8C1D7E5A-0b5f-4a6e-9a51-7a1c1f0f0001 -nographic
       2002 /usr/bin/qemu-system-x86_64 -name guest=instance-0000000b -object \
    sev-guest,id=lsec0,cbitpos=47,policy=0x7 -uuid 8c1d7e5a-0b5f-4a6e-9a51-7a1c1f0f0002
       2003 /usr/libexec/qemu-kvm -name guest=instance-0000000c -object \
    {"qom-type":"sev-snp-guest","id":"lsec0","policy":196608} -uuid 8c1d7e5a-0b5f-4a6e-9a51-7a1c1f0f0003
       2004 /usr/bin/qemu-system-x86_64 -name instance-0000000d -uuid 8c1d7e5a-0b5f-4a6e-9a51-7a1c1f0f0004
       2005 /usr/bin/qemu-system-x86_64 -name guest=odd -machine q35,confidential-guest-support=lsec0
       2006 [qemu-system-x86] <defunct>
       3001 /usr/bin/python3 /usr/share/unattended-upgrades/unattended-upgrade-shutdown --wait-for-signal
       3002 sh -c apt-get dpkg qemu-system-x86_64
       3003 rpm -qf /lib/firmware/amd
    """

  /// PROVENANCE: synthetic, after grub-mkconfig of Debian 12 (two kernels, no password).
  static let grub = #"""
    vmlinuz=6.1.0-13-amd64
    vmlinuz=6.1.0-18-amd64
    grub.cfg=/boot/grub/grub.cfg
       set default="${next_entry}"
       set default="0"
    function savedefault {
    }
    function load_video {
    }
    menuentry 'Debian GNU/Linux' --class debian --class gnu $menuentry_id_option 'gnulinux-simple-1f' {
            linux   /boot/vmlinuz-6.1.0-18-amd64 root=UUID=1f ro  quiet
            initrd  /boot/initrd.img-6.1.0-18-amd64
    }
    submenu 'Advanced options for Debian GNU/Linux' $menuentry_id_option 'gnulinux-advanced-1f' {
            menuentry 'Debian GNU/Linux, with Linux 6.1.0-18-amd64' $menuentry_id_option 'gnulinux-18-1f' {
                    linux   /boot/vmlinuz-6.1.0-18-amd64 root=UUID=1f ro  quiet
                    initrd  /boot/initrd.img-6.1.0-18-amd64
            }
            menuentry 'Debian GNU/Linux, with Linux 6.1.0-13-amd64' $menuentry_id_option 'gnulinux-13-1f' {
                    linux   /boot/vmlinuz-6.1.0-13-amd64 root=UUID=1f ro  quiet
                    initrd  /boot/initrd.img-6.1.0-13-amd64
            }
    }
    grubenv=/boot/grub/grubenv
    """#

  /// PROVENANCE: the shape that `apt-cache policy` of apt 2.6 prints; versions of Debian 12.
  static let aptPolicy = """
    amd64-microcode:
      Installed: 3.20240820.1~deb12u1
      Candidate: 3.20250311.1~deb12u1
      Version table:
         3.20250311.1~deb12u1 500
            500 http://deb.debian.org/debian bookworm/non-free-firmware amd64 Packages
     *** 3.20240820.1~deb12u1 100
            100 /var/lib/dpkg/status
    """
}
