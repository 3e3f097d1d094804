import Glibc

/// The namespaces of one host: a first process, and the way in.
struct HostNamespace: Sendable {
  /// The process that waits for the first process; a child of the lab.
  let waiter: pid_t
  /// The host's first process as the lab sees it.
  let pid: pid_t
  /// Open handles: the number of a process that has ended may soon be another one's, on the machine around the lab.
  let mounts: Handle
  let processes: Handle
  let root: HostRoot

  init(waiter: pid_t, pid: pid_t) throws(LabError) {
    self.waiter = waiter
    self.pid = pid
    mounts = try Handle("/proc/\(pid)/ns/mnt")
    processes = try Handle("/proc/\(pid)/ns/pid")
    root = HostRoot(try Handle("/proc/\(pid)/root"))
  }

  /// Makes the namespaces and the root.
  /// - Throws: `LabError` of kind `namespacesRefused` with what the system said.
  static func make(name: String, stage: LabStage) async throws(LabError) -> HostNamespace {
    let status = try Descriptor.pipe()
    let problems = try Descriptor.pipe()
    let argv = [
      "/usr/bin/unshare", "--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child", "--propagation", "private",
      "--", "/bin/sh", stage.script, stage.mountPoint, stage.template, name,
    ]
    let waiter: pid_t
    do throws(LabError) {
      waiter = try Child.spawn(argv, descriptors: [stage.lifeline, problems.write, problems.write, status.write])
    } catch {
      Descriptor.close(status.read, status.write, problems.read, problems.write)
      throw error
    }
    Descriptor.close(status.write, problems.write)
    let (said, errors) = await Self.drain(status.read, problems.read)
    Descriptor.close(status.read, problems.read)
    let lines = said.lines
    guard lines.contains("ready"), let line = lines.first(where: { $0.hasPrefix("pid ") }),
      let pid = pid_t(line.dropFirst(4))
    else {
      kill(waiter, SIGKILL)
      _ = Child.reap(waiter)
      throw LabError(
        .namespacesRefused, "this machine refuses the namespaces or mounts of a simulated host",
        cause: errors.trimmingNewlines)
    }
    do throws(LabError) {
      return try HostNamespace(waiter: waiter, pid: pid)
    } catch {
      kill(pid, SIGKILL)
      _ = Child.reap(waiter)
      throw error
    }
  }

  private static func drain(_ status: Int32, _ problems: Int32) async -> (String, String) {
    await Blocking.run {
      var said: [UInt8] = []
      var errors: [UInt8] = []
      // The waiting process keeps both ends open for as long as the host lives: read on only until it is ready.
      while !said.ends(with: "ready\n"), Descriptor.readMore(status, into: &said) {}
      if !said.ends(with: "ready\n") { while Descriptor.readMore(problems, into: &errors) {} }
      return (Text.decode(said), Text.decode(errors))
    }
  }

  /// The command line that runs `argv` inside the host, with what a host may do at most.
  func inside(_ argv: [String]) -> [String] {
    let bounds = "-all," + NamespaceSetup.capabilities.map { "+" + $0 }.joined(separator: ",")
    let enter = [
      "/usr/bin/nsenter", "--target", String(pid), "--uts", "--ipc", "--mount=\(mounts.pathForOthers)",
      "--pid=\(processes.pathForOthers)", "--wd=/", "--",
    ]
    return enter + ["/usr/bin/setpriv", "--bounding-set", bounds, "--inh-caps=-all", "--"] + argv
  }

  /// The command line that runs `argv` with the host's mounts but all rights: for the lab's own mounts only.
  func mounting(_ argv: [String]) -> [String] {
    ["/usr/bin/nsenter", "--mount=\(mounts.pathForOthers)", "--wd=/", "--"] + argv
  }
}
