import Foundation

extension LabHost {
  func openListener() throws(LabError) {
    guard sshListener < 0 else { return }
    sshListener = try Listener.tcp(address: address, port: port)
    gate.setOpen(true)
    let gate = gate
    loop.listen(sshListener) { gate.accept($0) }
  }

  func closeListener() async {
    gate.setOpen(false)
    let listener = sshListener
    sshListener = -1
    if listener >= 0 { await loop.close(listener: listener) }
  }

  /// Opens the socket on which the host's programs ask.
  func openBus() async throws(LabError) {
    busListener = try Listener.unix(path: root.outside(StandIns.socket), mode: 0o666)
    loop.listen(busListener) { [weak self, loop] connection in
      let peer = Listener.peer(connection)
      loop.receive(connection) { [weak self] connection, bytes in
        Task {
          let question = ToolQuestion(bytes: bytes, peer: peer)
          let answer = await self?.answer(question) ?? ToolAnswer.failure("the host is gone")
          await Blocking.run {
            Descriptor.writeAll(connection, answer.encoded)
            Descriptor.close(connection)
          }
        }
      }
    }
  }

  /// Ends every process of the host but its first one.
  func endProcesses() async throws {
    // A connection that was being let in while the gate closed appears after the first round.
    for _ in 0..<50 {
      let argv = namespace.inside(["/bin/sh", "-c", "kill -KILL -1"])
      _ = try await Child.run(argv)
      if gate.connections.isEmpty { return }
      try await Task.sleep(for: .milliseconds(20))
    }
    for connection in gate.connections { loop.whileAlive(connection) { kill(connection, SIGKILL) } }
  }

  /// Cuts the connection that the process `pid` belongs to.
  func cutConnection(of pid: pid_t) {
    let connections = gate.connections
    var lineage: [pid_t] = []
    var current = pid
    while current > 1, lineage.count < 64 {
      if connections.contains(current) { break }
      lineage.append(current)
      guard let parent = Self.parent(of: current) else { return }
      current = parent
    }
    guard connections.contains(current) else { return }
    for process in lineage where Self.program(of: process).hasPrefix("sshd") { kill(process, SIGKILL) }
  }

  private static func parent(of pid: pid_t) -> pid_t? {
    guard let line = HostRoot.machine.text("/proc/\(pid)/stat"), let end = line.lastIndex(of: ")") else {
      return nil
    }
    let fields = line[line.index(after: end)...].words
    return fields.count > 1 ? pid_t(fields[1]) : nil
  }

  private static func program(of pid: pid_t) -> String {
    HostRoot.machine.text("/proc/\(pid)/comm")?.trimmingNewlines ?? ""
  }
}
