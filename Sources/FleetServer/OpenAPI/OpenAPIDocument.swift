import FleetFormats

/// The OpenAPI 3.1 document, made of the table that the router is made of.
struct OpenAPIDocument {
  static let version = "1"

  let table: RouteTable

  var json: JSONValue {
    var paths: [JSONValue.Member] = []
    for route in table.routes {
      let operation = JSONValue.Member(name: route.method.rawValue.lowercased(), value: Self.operation(route))
      if let index = paths.firstIndex(where: { $0.name == route.path.description }),
        case .object(let members) = paths[index].value
      {
        paths[index].value = .object(members + [operation])
      } else {
        paths.append(.init(name: route.path.description, value: .object([operation])))
      }
    }
    return [
      "openapi": "3.1.0",
      "info": [
        "title": "sevfleet", "version": .string(Self.version),
        "description": "Documents are those of the command line's --json. Times are RFC 3339 in UTC, unknown is null.",
      ],
      "paths": .object(paths),
      "components": [
        "securitySchemes": [
          "token": ["type": "http", "scheme": "bearer"],
          "session": ["type": "apiKey", "in": "cookie", "name": .string(SessionCookie.name)],
        ],
        "schemas": DocumentSchemas.all(Set(table.routes.flatMap(\.answers).compactMap(\.schema))),
      ],
    ]
  }

  private static func operation(_ route: Route) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init(name: "operationId", value: .string(route.name)), .init(name: "summary", value: .string(route.about)),
    ]
    if let role = route.role {
      members.append(.init(name: "x-sevfleet-role", value: .string(role.rawValue)))
      members.append(.init(name: "security", value: [["token": []], ["session": []]]))
    } else {
      members.append(.init(name: "security", value: []))
    }
    let parameters = parameters(route)
    if !parameters.isEmpty { members.append(.init(name: "parameters", value: .array(parameters))) }
    if let fields = route.body { members.append(.init(name: "requestBody", value: body(fields))) }
    members.append(.init(name: "responses", value: responses(route)))
    return .object(members)
  }

  private static func parameters(_ route: Route) -> [JSONValue] {
    let names = route.path.names.map { name -> JSONValue in
      [
        "name": .string(name), "in": "path", "required": true,
        "schema": ["type": "string", "minLength": 1, "maxLength": .integer(ServerBounds.name)],
      ]
    }
    return names
      + route.query.map { field in
        [
          "name": .string(field.name), "in": "query", "required": .boolean(field.isRequired),
          "description": .string(field.about), "schema": field.schema,
        ]
      }
  }

  private static func body(_ fields: [Field]) -> JSONValue {
    func schema(_ fields: [Field]) -> JSONValue {
      [
        "type": "object", "additionalProperties": false,
        "required": .array(fields.filter(\.isRequired).map { .string($0.name) }),
        "properties": .object(fields.map { .init(name: $0.name, value: $0.described) }),
      ]
    }
    return [
      "required": .boolean(fields.contains(where: \.isRequired)),
      "content": [
        "application/json": ["schema": schema(fields)],
        "application/x-www-form-urlencoded": ["schema": schema(fields + Field.ofForms)],
      ],
    ]
  }

  private static func responses(_ route: Route) -> JSONValue {
    var members: [JSONValue.Member] = []
    for answer in route.answers where !members.contains(where: { $0.name == "\(answer.status)" }) {
      let schema: JSONValue =
        answer.schema.map { ["$ref": .string("#/components/schemas/\(DocumentSchemas.key($0))")] }
        ?? ["type": "string"]
      members.append(
        .init(
          name: "\(answer.status)",
          value: [
            "description": .string(answer.about),
            "content": .object([.init(name: answer.contentType, value: ["schema": schema])]),
          ]))
    }
    let problem: JSONValue = [
      "description": "why not",
      "content": ["application/json": ["schema": ["$ref": "#/components/schemas/sevfleet.error.1"]]],
    ]
    let known = Set(members.map(\.name))
    members += refusals(route).map { "\($0)" }.filter { !known.contains($0) }.map { .init(name: $0, value: problem) }
    return .object(members)
  }

  /// How a route may refuse.
  private static func refusals(_ route: Route) -> [Int] {
    var statuses: Set<Int> = [400, 503]
    if route.role != nil { statuses.formUnion([401, 403, 429]) }
    if !route.path.names.isEmpty { statuses.insert(404) }
    if route.body != nil { statuses.formUnion([401, 403, 404, 409, 413, 415, 429]) }
    return statuses.sorted()
  }
}

extension Field {
  fileprivate var described: JSONValue {
    guard case .object(let members) = schema else { return schema }
    return .object(members + [.init(name: "description", value: .string(about))])
  }
}
