/// A server: where it is, and as whom to log in.
package struct SSHEndpoint: Sendable, Hashable {
  /// What is connected to: a numeric address or a name.
  package var host: String
  /// 1...65535.
  package var port: Int
  package var user: String
  /// A second name to look up in known_hosts, besides `host`; the name the inventory gives the host.
  package var knownHostsName: String?

  package init(host: String, port: Int = 22, user: String, knownHostsName: String? = nil) {
    self.host = host
    self.port = port
    self.user = user
    self.knownHostsName = knownHostsName
  }

  /// Reads `USER@HOST[:PORT]`, with IPv6 addresses in brackets when a port follows; nil if it is not of that form.
  package init?(parsing text: String) {
    guard let at = text.lastIndex(of: "@"), at > text.startIndex else { return nil }
    let user = String(text[..<at])
    let rest = text[text.index(after: at)...]
    var host = rest
    var port = 22
    if rest.first == "[" {
      guard let end = rest.firstIndex(of: "]") else { return nil }
      host = rest[rest.index(after: rest.startIndex)..<end]
      let tail = rest[rest.index(after: end)...]
      if !tail.isEmpty {
        guard tail.first == ":", let number = Self.port(tail.dropFirst()) else { return nil }
        port = number
      }
    } else if let colon = rest.firstIndex(of: ":"), rest.lastIndex(of: ":") == colon {
      guard let number = Self.port(rest[rest.index(after: colon)...]) else { return nil }
      host = rest[..<colon]
      port = number
    }
    guard !host.isEmpty, !host.contains(where: \.isWhitespace), !host.contains("@") else { return nil }
    self.init(host: String(host), port: port, user: user)
  }

  private static func port(_ text: Substring) -> Int? {
    guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let number = Int(text),
      (1...65535).contains(number)
    else { return nil }
    return number
  }
}

/// Where the private key is.
package enum SSHIdentity: Sendable, Hashable {
  /// A private key file, any format OpenSSH writes; or a `.pub` file whose private half an agent holds.
  case file(String)
  /// The keys of an ssh-agent; nil means the one of `SSH_AUTH_SOCK`.
  case agent(socketPath: String?)
}

/// Everything one connection needs to know.
package struct SSHConfiguration: Sendable {
  package var endpoint: SSHEndpoint
  package var identity: SSHIdentity
  /// Read in order, as one list; a file that does not exist counts as empty.
  package var knownHostsFiles: [String]
  /// One host to go through. Its key is checked as strictly, and it gets the same identity.
  package var jump: SSHEndpoint?
  /// Bounds each of: the TCP connection with the banner, the key exchange, the authentication.
  package var connectTimeout: Duration
  /// A silent server is asked for a sign of life this often while an operation waits; after three without a byte the
  /// connection is lost. libssh2 asks no more often than each two seconds, so less counts as two.
  package var keepaliveInterval: Duration

  package init(
    endpoint: SSHEndpoint, identity: SSHIdentity, knownHostsFiles: [String], jump: SSHEndpoint? = nil,
    connectTimeout: Duration = .seconds(10), keepaliveInterval: Duration = .seconds(15)
  ) {
    self.endpoint = endpoint
    self.identity = identity
    self.knownHostsFiles = knownHostsFiles
    self.jump = jump
    self.connectTimeout = connectTimeout
    self.keepaliveInterval = keepaliveInterval
  }

  /// The interval as it is used.
  var patience: Duration { max(keepaliveInterval, .seconds(2)) }
}

/// What a command left behind.
package struct SSHResult: Sendable, Hashable {
  /// The script's `$?`, 0...255, as the end marker carried it; -1 if the login shell itself was killed (see `signal`).
  package var exitStatus: Int32
  /// The signal that killed the login shell on the host, without `SIG`; nil in every other case.
  package var signal: String?
  /// What the script wrote, without what the login shell's start-up files wrote around it.
  package var stdout: [UInt8]
  package var stderr: [UInt8]

  package init(exitStatus: Int32, signal: String? = nil, stdout: [UInt8], stderr: [UInt8]) {
    self.exitStatus = exitStatus
    self.signal = signal
    self.stdout = stdout
    self.stderr = stderr
  }
}
