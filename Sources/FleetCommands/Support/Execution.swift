import ArgumentParser
import FleetFormats

/// Runs a command's body and turns whatever it throws into one sentence, one document and one exit code.
enum Execution {
  static func run(_ options: GlobalOptions, _ body: () async throws -> Int32) async throws {
    // Whoever drives hosts replaces it by one that brings them to a boundary first.
    _ = Interruption(hint: nil, json: options.json)
    let status: Int32
    do {
      status = try await body()
    } catch let error as ExitCode {
      throw error
    } catch {
      throw ExitCode(report(CommandError(error), json: options.json))
    }
    if status != ExitStatus.done { throw ExitCode(status) }
  }

  /// Prints a failure where its reader looks for it. Returns its exit code.
  static func report(_ failure: CommandError, json: Bool) -> Int32 {
    if json {
      let document = ErrorDocument(
        kind: failure.kind, text: failure.text, expected: failure.expected, found: failure.found)
      // The document is made of texts alone; it can always be written.
      if let text = try? JSONText.pretty(document) { Output.write(text + "\n", to: 1) }
    } else {
      Output.note("sevfleet: \(failure.text)")
    }
    return failure.status
  }
}
