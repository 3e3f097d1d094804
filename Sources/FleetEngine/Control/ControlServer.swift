import FleetCore
import Foundation
import Glibc

/// Answers other processes for the holder of the lock: one line of JSON in, one line back, then the end.
///
/// A thread of its own serves it, so that neither a busy engine nor a slow client keeps the other waiting.
package final class ControlServer: Sendable {
  package typealias Handler = @Sendable (ControlRequest) async -> ControlAnswer

  private let mailbox: ControlMailbox

  /// Opens the socket in the state folder. Only the holder of the lock may do so. Throws where it cannot be opened.
  package init(state: String, handler: @escaping Handler) throws(ControlError) {
    let mailbox = try ControlMailbox()
    let listener = try ControlSocket.listen(state: state)
    self.mailbox = mailbox
    Thread.detachNewThread {
      var loop = ControlLoop(listener: listener, mailbox: mailbox, handler: handler)
      loop.run()
    }
  }

  deinit { close() }

  /// Ends the thread. The socket's name stays: by now it may be the next holder's, who removes what is stale.
  package func close() { mailbox.close() }
}

/// The loop of that thread, and confined to it.
struct ControlLoop {
  private enum Phase {
    case reading, thinking
    case writing(Int)
  }

  private struct Client {
    var descriptor: Int32
    var bytes: [UInt8] = []
    var phase = Phase.reading
    var deadline = ContinuousClock.now + ControlBounds.patience
  }

  private let listener: Int32
  private let mailbox: ControlMailbox
  private let handler: ControlServer.Handler
  private var clients: [Int: Client] = [:]
  private var number = 0

  init(listener: Int32, mailbox: ControlMailbox, handler: @escaping ControlServer.Handler) {
    self.listener = listener
    self.mailbox = mailbox
    self.handler = handler
  }

  mutating func run() {
    while true {
      let told = mailbox.take()
      for answer in told.answers { write(answer.bytes, to: answer.client) }
      if told.isClosed { break }
      serve()
    }
    for client in clients.values { Glibc.close(client.descriptor) }
    Glibc.close(listener)
  }

  /// One wait, and everything that it found.
  private mutating func serve() {
    let order = clients.keys.sorted()
    var polls = [
      pollfd(fd: mailbox.readEnd, events: Int16(POLLIN), revents: 0),
      pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
    ]
    for id in order {
      guard let client = clients[id] else { continue }
      let events: Int32 =
        switch client.phase {
        case .reading: POLLIN
        case .thinking: 0
        case .writing: POLLOUT
        }
      polls.append(pollfd(fd: client.descriptor, events: Int16(events), revents: 0))
    }
    guard poll(&polls, nfds_t(polls.count), wait()) >= 0 else { return }
    if polls[1].revents != 0 { accept() }
    for (id, seen) in zip(order, polls.dropFirst(2)) where seen.revents != 0 { turn(id, seen.revents) }
    let now = ContinuousClock.now
    for (id, client) in clients {
      if case .thinking = client.phase { continue }
      if client.deadline <= now { drop(id) }
    }
  }

  /// Milliseconds to the next deadline; -1: there is none.
  private func wait() -> Int32 {
    let deadlines = clients.values.compactMap { client -> ContinuousClock.Instant? in
      if case .thinking = client.phase { return nil }
      return client.deadline
    }
    guard let next = deadlines.min() else { return -1 }
    let left = next - ContinuousClock.now
    // One more, so that a fraction does not make it turn idly.
    return Int32(clamping: max(0, left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000))
      + 1
  }

  private mutating func accept() {
    let descriptor = Glibc.accept(listener, nil, nil)
    guard descriptor >= 0 else {
      // Without a descriptor to spare the client stays in the queue, and the loop must not turn idly over it.
      if errno == EMFILE || errno == ENFILE { usleep(UInt32(ControlBounds.knock.wholeMilliseconds * 1000)) }
      return
    }
    let user = ControlSocket.peerUser(descriptor)
    // The folder's mode keeps others away already; root may speak to anybody's controller.
    guard ControlSocket.harden(descriptor), user == geteuid() || user == 0, clients.count < ControlBounds.clients else {
      Glibc.close(descriptor)
      return
    }
    number += 1
    clients[number] = Client(descriptor: descriptor)
  }

  private mutating func turn(_ id: Int, _ events: Int16) {
    guard let client = clients[id] else { return }
    switch client.phase {
    case .reading: read(id, client)
    // Whoever went away is told nothing; what was asked is done all the same.
    case .thinking: drop(id)
    case .writing(let sent): send(id, client, sent)
    }
  }

  private mutating func read(_ id: Int, _ client: Client) {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(client.descriptor, &buffer, buffer.count)
    if count < 0, errno == EAGAIN || errno == EINTR { return }
    guard count > 0 else { return drop(id) }
    var client = client
    client.bytes += buffer[..<count]
    guard let end = client.bytes.firstIndex(of: 0x0A) else {
      if client.bytes.count > ControlBounds.request { return refuse(id, client, "tooLong", "the request is too long") }
      clients[id] = client
      return
    }
    guard end <= ControlBounds.request,
      let request = try? JSONDecoder().decode(ControlRequest.self, from: Data(client.bytes[..<end]))
    else { return refuse(id, client, "notUnderstood", "this controller does not understand the request") }
    client.phase = .thinking
    clients[id] = client
    let (mailbox, handler) = (mailbox, handler)
    Task {
      let answer = await handler(request)
      mailbox.put(ControlMailbox.Answer(client: id, bytes: Self.line(answer)))
    }
  }

  private mutating func refuse(_ id: Int, _ client: Client, _ kind: String, _ text: String) {
    clients[id] = client
    write(Self.line(ControlAnswer(.refused, text, kind: kind)), to: id)
  }

  private static func line(_ answer: ControlAnswer) -> [UInt8] {
    // Texts, numbers and lists of texts: they can always be written.
    guard let data = try? JSONEncoder().encode(answer) else { return [] }
    return [UInt8](data) + [0x0A]
  }

  private mutating func write(_ bytes: [UInt8], to id: Int) {
    guard var client = clients[id] else { return }
    client.bytes = bytes
    client.phase = .writing(0)
    client.deadline = ContinuousClock.now + ControlBounds.patience
    send(id, client, 0)
  }

  private mutating func send(_ id: Int, _ client: Client, _ sent: Int) {
    let count = client.bytes.withUnsafeBytes { bytes in
      Glibc.send(
        client.descriptor, bytes.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
    }
    var client = client
    if count < 0, errno == EAGAIN || errno == EINTR {
      client.phase = .writing(sent)
      clients[id] = client
      return
    }
    guard count > 0, sent + count < client.bytes.count else { return drop(id, client) }
    client.phase = .writing(sent + count)
    clients[id] = client
  }

  private mutating func drop(_ id: Int, _ client: Client? = nil) {
    if let client = client ?? clients[id] { Glibc.close(client.descriptor) }
    clients[id] = nil
  }
}
