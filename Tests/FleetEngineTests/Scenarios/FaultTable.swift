/// Each lab fault and each row of FACTS 7 that concerns one host, with the right answer.
enum FaultTable {
  static let rows: [FaultRow] =
    activation + resets + preparation + sight + excluded + staging + packages + files + sevES + cloud + wayBack
}
