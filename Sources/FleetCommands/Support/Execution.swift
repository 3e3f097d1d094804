import ArgumentParser
import FleetFormats

/// Runs a command's body and turns whatever it throws into one sentence, one document and one exit code.
enum Execution {
  static func run(_ options: GlobalOptions, _ body: () async throws -> Int32) async throws {
    let status: Int32
    do {
      status = try await body()
    } catch let error as ExitCode {
      throw error
    } catch {
      let failure = CommandError(error)
      if options.json {
        let document = ErrorDocument(
          kind: failure.kind, text: failure.text, expected: failure.expected, found: failure.found)
        try? Output(options).document(document)
      } else {
        Output.note("sevfleet: \(failure.text)")
      }
      throw ExitCode(failure.status)
    }
    if status != ExitStatus.done { throw ExitCode(status) }
  }
}
