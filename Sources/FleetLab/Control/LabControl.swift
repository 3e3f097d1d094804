import Foundation

/// What another process can ask of a running lab; one JSON document per connection, then the end of the stream.
package enum LabRequest: Sendable, Codable, Equatable {
  case hosts
  case truth(host: String)
  case set(LabFault, host: String)
  case clear(LabFault.Kind, host: String)
  case reset(host: String)
  case powerOn(host: String)
  case startGuest(LabVirtualMachine, host: String)
  case stopGuest(uuid: String, host: String)
  case setCompute(active: Bool, host: String)
  case put(path: String, image: LabImage, host: String)
  case removeFile(path: String, host: String)
  case log(String, host: String)
}

/// Answer to a `LabRequest`.
package enum LabReply: Sendable, Codable, Equatable {
  case done
  case hosts([LabHostSummary])
  case truth(LabTruth)
  case failed(LabError)
}

/// Where a host is.
package struct LabHostSummary: Sendable, Codable, Equatable {
  package var name: String
  package var address: String
  package var port: UInt16
  package var knownHostsLine: String
  package var familyKey: String
  package var up: Bool
  /// The host's root as seen from the machine around the lab.
  package var rootFolder: String
}

extension Lab {
  /// Does what a control request says.
  package func perform(_ request: LabRequest) async -> LabReply {
    do {
      return try await answer(request)
    } catch let error as LabError {
      return .failed(error)
    } catch {
      return .failed(LabError(.control, "the request failed", cause: "\(error)"))
    }
  }

  private func answer(_ request: LabRequest) async throws -> LabReply {
    switch request {
    case .hosts: return .hosts(await summaries())
    case .truth(let name): return .truth(try await host(name).truth())
    case .set(let fault, let name): try await host(name).set(fault)
    case .clear(let kind, let name): try await host(name).clear(kind)
    case .reset(let name): try await host(name).reset()
    case .powerOn(let name): try await host(name).powerOn()
    case .startGuest(let guest, let name): try await host(name).startGuest(guest)
    case .stopGuest(let uuid, let name): try await host(name).stopGuest(uuid)
    case .setCompute(let active, let name):
      try await host(name).setService("nova-compute.service", active: active, by: [])
    case .put(let path, let image, let name): try await host(name).put(path, image.bytes)
    case .removeFile(let path, let name): try await host(name).remove(path)
    case .log(let line, let name): try await host(name).logLine(line)
    }
    return .done
  }

  package func summaries() async -> [LabHostSummary] {
    var list: [LabHostSummary] = []
    for host in hosts {
      list.append(
        LabHostSummary(
          name: host.name, address: host.address, port: host.port, knownHostsLine: host.knownHostsLine,
          familyKey: host.spec.processor.familyKey, up: await host.up, rootFolder: host.rootFolder))
    }
    return list
  }
}

/// Answers control requests on a Unix socket that only this user can open.
final class LabControlServer: Sendable {
  private let path: String
  private let listener: Int32
  private let loop: LabLoop

  init(path: String, lab: Lab) throws {
    self.path = path
    listener = try Listener.unix(path: path, mode: 0o600)
    loop = try LabLoop()
    loop.start()
    loop.listen(listener) { [weak lab, loop] connection in
      loop.receive(connection) { [weak lab] connection, bytes in
        Task {
          let reply = await Self.reply(bytes, lab)
          await Blocking.run {
            Descriptor.writeAll(connection, reply)
            Descriptor.close(connection)
          }
        }
      }
    }
  }

  private static func reply(_ bytes: [UInt8], _ lab: Lab?) async -> [UInt8] {
    let reply: LabReply
    if let lab, let request = try? JSONDecoder().decode(LabRequest.self, from: Data(bytes)) {
      reply = await lab.perform(request)
    } else {
      reply = .failed(LabError(.control, "the request is not understood"))
    }
    return (try? JSONEncoder().encode(reply)).map { [UInt8]($0) } ?? []
  }

  func stop() async {
    await loop.close(listener: listener)
    unlink(path)
    loop.stop()
  }
}

/// Steers a lab that runs in another process.
package struct LabControlClient: Sendable {
  package let path: String

  package init(path: String) { self.path = path }

  /// - Throws: `LabError`: what the lab answered, or of kind `control` if none answers.
  @discardableResult
  package func send(_ request: LabRequest) async throws -> LabReply {
    let message = [UInt8](try JSONEncoder().encode(request))
    let socket = try Listener.connect(path: path)
    let bytes = await Blocking.run {
      var bytes: [UInt8] = []
      if Descriptor.writeAll(socket, message) {
        shutdown(socket, Int32(SHUT_WR))
        while Descriptor.readMore(socket, into: &bytes) {}
      }
      Descriptor.close(socket)
      return bytes
    }
    guard let reply = try? JSONDecoder().decode(LabReply.self, from: Data(bytes)) else {
      throw LabError(.control, "the lab's answer is not understood")
    }
    if case .failed(let error) = reply { throw error }
    return reply
  }

  package func truth(of host: String) async throws -> LabTruth {
    guard case .truth(let truth) = try await send(.truth(host: host)) else {
      throw LabError(.control, "the lab's answer is not understood")
    }
    return truth
  }

  package func hosts() async throws -> [LabHostSummary] {
    guard case .hosts(let hosts) = try await send(.hosts) else {
      throw LabError(.control, "the lab's answer is not understood")
    }
    return hosts
  }
}
