import FleetCore
import Testing

/// People and the tokens that they act with.
@Suite struct PersonTests {
  @Test func aTokenOfAnotherNameIsTold() {
    #expect(Person.acting("ada", with: "ada") == "ada")
    #expect(Person.acting("ada", with: "laptop") == "ada/laptop")
  }

  @Test func whoeverActsIsThePerson() {
    for person in ["ada", "ada@ops", "schedule nights", ""] {
      #expect(Person.of(person) == person)
      for token in ["laptop", "ci-2"] { #expect(Person.of(Person.acting(person, with: token)) == person) }
    }
  }
}
