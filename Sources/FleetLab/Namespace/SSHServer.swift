/// How a host's OpenSSH is configured and started.
enum SSHServer {
  static let program = "/usr/sbin/sshd"
  static let keyPath = "/etc/ssh/ssh_host_ed25519_key"
  static let rsaKeyPath = "/etc/ssh/ssh_host_rsa_key"

  /// What differs from Debian's own settings.
  struct Options: Sendable, Equatable {
    /// Only an RSA host key, as an old host has.
    var rsaOnly = false
    /// Only authenticated ciphers, as a hardened host has.
    var aeadOnly = false
  }

  static func configuration(for options: Options) -> String {
    var lines = [
      "HostKey \(options.rsaOnly ? rsaKeyPath : keyPath)", "UsePAM yes", "PasswordAuthentication no",
      "KbdInteractiveAuthentication no", "X11Forwarding no", "PrintMotd no", "UseDNS no", "AcceptEnv LANG LC_*",
      "Subsystem sftp /usr/lib/openssh/sftp-server",
    ]
    if options.aeadOnly {
      lines.append("Ciphers chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-gcm@openssh.com")
    }
    return lines.map { $0 + "\n" }.joined()
  }

  static let argv = [program, "-i", "-E", "/run/lab/sshd.log"]
}

/// The sudo rules of a host.
enum Sudoers {
  /// What Debian installs, and a log of every command that ran as root, for assertions.
  static let main = """
    Defaults env_reset
    Defaults mail_badpass
    Defaults secure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    Defaults !syslog, logfile=/run/lab/sudo.log, loglinelen=0
    root ALL=(ALL:ALL) ALL
    @includedir /etc/sudoers.d

    """

  static func everything(_ login: String) -> String { "\(login) ALL=(ALL:ALL) NOPASSWD: ALL\n" }
}
