/// What every file of an operator is first: bounded UTF-8 text.
enum FileText {
  /// The text; `nil` after an error in `log`.
  static func read(_ bytes: [UInt8], log: DiagnosticLog) -> String? {
    guard bytes.count <= YamlLimits.fileBytes else {
      log.report(.tooLarge, line: nil, "the file is larger than \(YamlLimits.fileBytes >> 20) MiB")
      return nil
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      log.report(.notText, line: nil, "the file is not UTF-8 text")
      return nil
    }
    return text
  }
}
