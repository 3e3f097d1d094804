/// Kernel log lines that real hosts printed, trimmed to those that matter. One PROVENANCE line each.
enum KernelLogFixtures {
  /// PROVENANCE: Milan at boot, SNP on; YAOOK guide "AMD SEV configuration", AMDESE/AMDSEV issue 282.
  static let milanSNP = """
    [    4.496365] ccp 0000:43:00.1: SEV API:1.55 build:31
    [    4.496377] ccp 0000:43:00.1: SEV-SNP API:1.55 build:31
    """

  /// PROVENANCE: Milan, older kernel, updated at boot; AMDESE/AMDSEV issue 115.
  static let milanUpdated = """
    [  108.484914] ccp 0000:42:00.1: sev enabled
    [  108.535356] ccp 0000:42:00.1: SEV firmware update successful
    [  108.567411] ccp 0000:42:00.1: SEV API:1.51 build:3
    [  108.567417] ccp 0000:42:00.1: SEV API:1.51 build:3
    [  108.677441] SEV supported: 509 ASIDs
    """

  /// PROVENANCE: Milan, BIOS firmware too old for SNP; AMDESE/AMDSEV issues 81 and 140.
  static let milanOldBIOS = """
    [    8.356061] ccp 0000:23:00.1: sev enabled
    [    8.381888] ccp 0000:23:00.1: SEV-SNP support requires firmware version >= 1:51
    [    8.392561] ccp 0000:23:00.1: SEV: failed to INIT error 0x1
    [    8.392743] ccp 0000:23:00.1: SEV API:0.31 build:43
    [    9.589742] SEV supported: 154 ASIDs
    [    9.589744] SEV-ES and SEV-SNP supported: 99 ASIDs
    [   19.740503] ccp 0000:47:00.1: SEV: failed to INIT error 0x1, rc -5
    """

  /// PROVENANCE: Naples, four ccp functions, no file, INIT fails; AMDESE/sev-tool issue 66.
  static let naplesFailed = """
    [   65.339495] ccp 0000:01:00.2: sev enabled
    [   65.342723] ccp 0000:22:00.2: sev enabled
    [   65.345601] ccp 0000:44:00.2: sev enabled
    [   65.347086] ccp 0000:64:00.2: sev enabled
    [   65.357642] ccp 0000:01:00.2: firmware: failed to load amd/amd_sev_fam17h_model01h.sbin (-2)
    [   65.357825] ccp 0000:01:00.2: firmware: failed to load amd/amd_sev_fam17h_model0xh.sbin (-2)
    [   65.358000] ccp 0000:01:00.2: firmware: failed to load amd/sev.fw (-2)
    [   65.378266] ccp 0000:01:00.2: SEV: failed to INIT error 0x8004
    """

  /// PROVENANCE: Genoa, newer kernel; coconut-svsm/svsm issue 409.
  static let genoa = """
    [    0.000000] SEV-SNP: RMP table physical range [0x000000bf8d200000 - 0x000000c04d7fffff]
    [   22.544585] ccp 0000:03:00.5: SEV API:1.55 build:24
    [   22.544597] ccp 0000:03:00.5: SEV-SNP API:1.55 build:24
    [   22.563664] kvm_amd: SEV enabled (ASIDs 100 - 1006)
    [   22.563666] kvm_amd: SEV-ES enabled (ASIDs 1 - 99)
    [   22.563667] kvm_amd: SEV-SNP enabled (ASIDs 1 - 99)
    """

  /// PROVENANCE: the line mainline Linux prints on a change (drivers/crypto/ccp/sev-dev.c), as SAMPLES quotes it.
  static let mainlineUpdate = "[    4.400000] ccp 0000:43:00.1: SEV firmware updated from 1.51.3 to 1.55.31"

  /// PROVENANCE: synthetic, in the form `journalctl -k -o short-monotonic` gives to the lines of `milanSNP`.
  static let journal = """
    [    0.000000] cmp-017 kernel: Linux version 6.1.0-13-amd64 (debian-kernel@lists.debian.org)
    [    4.400000] cmp-017 kernel: ccp 0000:43:00.1: SEV firmware updated from 1.51.3 to 1.55.31
    [    4.496365] cmp-017 kernel: ccp 0000:43:00.1: SEV API:1.55 build:31
    [  900.100000] cmp-017 kernel: ccp 0000:43:00.1: SEV firmware updated from 1.55.31 to 1.55.36
    [  900.200000] cmp-017 kernel: ccp 0000:43:00.1: SEV API:1.55 build:36
    """

  /// PROVENANCE: messages of Linux' drivers/crypto/ccp (`sev command … timed out`), on a made-up host.
  static let timeouts = """
    [  300.000001] ccp 0000:43:00.1: sev command 0x4 timed out, disabling PSP
    [  300.000002] nvme nvme0: I/O 4 timed out
    """
}
