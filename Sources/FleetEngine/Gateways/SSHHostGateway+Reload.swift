package import FleetCore
import FleetFormats
import SSHTransport

/// The reload runs on the host, detached from us, so that a broken connection cannot leave it half-way (RULES A1).
/// The script is run by the login, not by root: as root it only calls fixed commands, as everything else does.
extension SSHHostGateway {
  /// Looks, a tenth of a second apart, for the script's first act: a loaded host takes a moment to start a shell.
  private static let startPolls = 50

  func reload(
    _ host: Host, _ token: String, _ parameters: [String], _ lease: String?
  ) async throws(HostError) {
    let home = try await home(host)
    let folder = "\(home)/.sevfleet"
    let path = "\(folder)/reload-\(token).sh"
    let mark = "\(folder)/reload-\(token).started"
    let text = Self.reloadScript(become: host.ssh.become, folder: folder, token: token, parameters: parameters)
    let made = try await run(
      host, "mkdir -p \(ShellQuoting.quote(folder)) && chmod 700 \(ShellQuoting.quote(folder))",
      deadline: bounds.command)
    guard made.exitStatus == 0 else { throw HostError(.refused, "the login cannot make its private folder") }
    do {
      try await pool.connection(host).upload(Array(text.utf8), to: path, mode: 0o600, deadline: bounds.command)
    } catch {
      throw HostError(error)
    }
    let detach = RootCommand.detach(user: host.ssh.user, script: path)
    let shell = HostScript(become: host.ssh.become, under: lease)
    let started = try await run(
      host,
      """
      \(shell.guarding)\
      begun() { # a look that comes too early would start a second one
        n=0; while [ ! -e \(ShellQuoting.quote(mark)) ] && [ $n -lt \(Self.startPolls) ]; do sleep 0.1; n=$((n+1)); done
      }
      if [ -x /usr/bin/systemd-run ] && [ -d /run/systemd/system ] && \(shell.allowed(detach)); then
        \(shell.line(detach)) </dev/null >/dev/null 2>&1 && { begun; exit 0; }
      fi
      setsid /bin/sh \(ShellQuoting.quote(path)) </dev/null >/dev/null 2>&1 &
      begun
      """, deadline: bounds.command)
    if started.exitStatus == HostScript.notHeldStatus { throw HostScript.notHeld }
    guard started.exitStatus == 0 else {
      throw HostError(.refused, "the reload could not be started: \(Self.text(started.stderr).prefix(500))")
    }
  }

  package func reloadState(_ host: Host, token: String) async throws(HostError) -> ReloadState {
    let home = try await home(host)
    let base = "\(home)/.sevfleet/reload-\(token)"
    let script = """
      if [ -f \(ShellQuoting.quote(base + ".result")) ]; then cat \(ShellQuoting.quote(base + ".result"))
      elif [ -f \(ShellQuoting.quote(base + ".started")) ]; then echo running
      else echo none
      fi
      """
    let result = try await run(host, script, deadline: bounds.command)
    let text = Self.text(result.stdout)
    switch text.trimmed {
    case "none": return .notStarted
    case "running": return .running
    default:
      guard let ended = ReloadResult(text) else {
        throw HostError(.unreadable, "the result of the reload cannot be read", found: String(text.prefix(200)))
      }
      return .ended(ended)
    }
  }

  /// Unload, load, and put back whatever could not be finished. Quoted arguments only; nothing is left to the host.
  package static func reloadScript(
    become: SSHSettings.Become, folder: String, token: String, parameters: [String]
  ) -> String {
    let shell = HostScript(become: become)
    let base = ShellQuoting.quote("\(folder)/reload-\(token)")
    let unload = RootCommand.unloadModule
    let loadCCP = shell.line(.loadModule("ccp", parameters: []))
    let loadKVM = shell.line(.loadModule("kvm_amd", parameters: parameters))
    let ring = shell.line(.dmesg)
    return """
      LC_ALL=C; export LC_ALL
      base=\(base)
      (set -C; : > "$base.started") 2>/dev/null || exit 0
      sync "$base.started"
      failed=; said=; at=
      step() { # name, command…
        [ -n "$failed" ] && return 1
        name=$1; shift
        said=$("$@" 2>&1) && return 0
        failed=$name; return 1
      }
      if [ -d /sys/module/kvm_amd ]; then step "modprobe -r kvm_amd" \(shell.line(unload("kvm_amd"))); fi
      if [ -d /sys/module/ccp ]; then step "modprobe -r ccp" \(shell.line(unload("ccp"))); fi
      # The log's own clock tells what this load printed; /proc/uptime runs apart from it.
      if ring=$(\(ring) 2>/dev/null); then
        at=$(printf '%s\\n' "$ring" | sed -n 's/^\\[ *\\([0-9][0-9]*[.][0-9]*\\)\\].*/\\1/p' | tail -n 1)
        at=${at:-0}
      fi
      ring=
      step "modprobe ccp" \(loadCCP)
      step "modprobe kvm_amd" \(loadKVM)
      if [ -n "$failed" ]; then
        \(loadCCP) >/dev/null 2>&1
        \(loadKVM) >/dev/null 2>&1
      fi
      modules=no
      [ -d /sys/module/ccp ] && [ -d /sys/module/kvm_amd ] && modules=yes
      {
        if [ -z "$failed" ] && [ $modules = yes ]; then echo "result ok"; else echo "result failed"; fi
        echo "modules $modules"
        echo "at $at"
        echo "step $failed"
        printf 'said %s\\n' "$said" | tr '\\n' ' ' | cut -c 1-1000
      } > "$base.tmp"
      sync "$base.tmp"; mv -f "$base.tmp" "$base.result"; sync "$base.result"

      """
  }
}

extension ReloadResult {
  /// Reads the lines the reload script writes; `nil` where `result` or `modules` is missing.
  package init?(_ text: String) {
    var fields: [String: String] = [:]
    for line in text.split(separator: "\n") {
      guard let space = line.firstIndex(of: " ") else { continue }
      fields[String(line[..<space])] = String(line[line.index(after: space)...]).trimmed
    }
    guard let result = fields["result"], let modules = fields["modules"] else { return nil }
    let failed = fields["step"] ?? ""
    self.init(
      succeeded: result == "ok", modulesPresent: modules == "yes", failedStep: failed.isEmpty ? nil : failed,
      output: fields["said"] ?? "", loadedAt: fields["at"].flatMap { Double($0) })
  }
}
