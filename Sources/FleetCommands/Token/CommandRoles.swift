import FleetServer

/// The role that each command needs: where the API knows the same act, the one that it asks for there.
///
/// On the controller's own machine nobody is asked for a role: whoever may write the state folder may do everything. The
/// table tells whom to give which token, and what an account of that machine is worth.
enum CommandRoles {
  static let commands: [(role: Role, commands: [String])] = [
    (
      .viewer,
      [
        "audit list", "audit verify", "backup list", "backup verify", "catalog facts", "catalog inspect",
        "catalog list", "catalog verify", "history", "host sudoers", "inventory check", "inventory list", "lab status",
        "rehearse", "report compliance", "report openstack", "report tempest", "report verify", "rollout list",
        "rollout report", "rollout show", "token list", "token roles", "why",
      ]
    ),
    (.planner, ["inventory import", "plan", "probe"]),
    (
      .operator,
      [
        "apply", "backup restore", "catalog add", "catalog import-facts", "downgrade", "host adopt", "host release",
        "lab down", "lab fault", "lab up", "rollout approve", "rollout halt", "rollout pause", "rollout resume",
        "serve",
      ]
    ),
    // Whoever makes tokens can make one of every role.
    (.emergency, ["downgrade --emergency", "token create", "token revoke"]),
  ]
}

extension Role {
  /// What somebody with this role may do that the ones before it may not, in words.
  var meaning: String {
    switch self {
    case .viewer: "reads"
    case .planner: "looks at hosts and asks for plans"
    case .operator: "runs, approves, pauses, resumes and halts rollouts, gives hosts back"
    case .emergency: "begins emergencies, also without the people whom policy wants"
    }
  }
}
