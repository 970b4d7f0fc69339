import AssetlogCore
import AssetlogWeb
import Foundation
import HTTPTypes
import Testing

@testable import AssetlogAPI

@Suite("The OpenAPI document")
struct OpenAPITests {
    private func document(of server: Server, prefix: String = "") async throws -> [String: Any] {
        let answer = try await server.get("\(prefix)/api/v1/openapi.json")
        #expect(answer.status == 200)
        #expect(answer.headers[.contentType] == "application/json")
        return try answer.json()
    }

    private func operations(_ document: [String: Any]) throws -> [String: [String: Any]] {
        var operations: [String: [String: Any]] = [:]
        for (path, methods) in try #require(document["paths"] as? [String: [String: [String: Any]]]) {
            for (method, operation) in methods { operations["\(method) \(path)"] = operation }
        }
        return operations
    }

    @Test("has every route of the server, and no other")
    func routes() async throws {
        let server = try await Server()
        var routes: Set<String> = []
        for route in server.service.responder.table.routes where route.isListed && !route.isPage {
            let path = route.pattern.description
            let method = route.method.rawValue.lowercased()
            routes.insert("\(method) \(path)")
            // What is below `/api` is also below the name of a deployment, unless it is about all of them.
            if path.hasPrefix("/api/"), route.scope != .allDeployments { routes.insert("\(method) /{deployment}\(path)") }
        }
        for endpoint in ReportEndpoint.allCases {
            for start in ["", "/{deployment}"] {
                for key in ["", "{asset_key}"] { routes.insert("post \(start)/\(endpoint.pathSegment)/\(key)") }
            }
        }
        let documented = try operations(try await document(of: server))
        #expect(Set(documented.keys) == routes)
        #expect(Set(documented.values.compactMap { $0["operationId"] as? String }).count == documented.count)
    }

    @Test("names the parameters that the routes take")
    func parameters() async throws {
        let document = try await document(of: try await Server())
        let components = try #require(document["components"] as? [String: Any])
        let parameters = try #require(components["parameters"] as? [String: [String: Any]])
        func names(_ operation: String, in location: String) throws -> [String] {
            let references = try #require(try operations(document)[operation]?["parameters"] as? [[String: String]])
            return references.compactMap { $0["$ref"].flatMap { parameters[String($0.split(separator: "/").last ?? "")] } }
                .filter { $0["in"] as? String == location }.compactMap { $0["name"] as? String }
        }
        #expect(try names("get /api/v1/events", in: "query") == EventQueryParameters.names)
        #expect(try names("get /api/v1/events/stream", in: "query") == EventStreamParameters.names)
        #expect(try names("post /api/v1/events", in: "query") == SubmissionRoute.parameters)
        for endpoint in ReportEndpoint.allCases {
            let taken = ParameterSources().named(for: endpoint).map(\.name) + ["dry_run"]
            #expect(Set(try names("post /\(endpoint.pathSegment)/", in: "query")) == Set(taken))
            #expect(try names("post /\(endpoint.pathSegment)/{asset_key}", in: "path") == ["asset_key"])
        }
    }

    @Test("refers only to what is in it, and uses all that is")
    func references() async throws {
        let text = try await Server().get("/api/v1/openapi.json").text
        let document = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let components = try #require(document["components"] as? [String: [String: Any]])
        let names = components.filter { $0.key != "securitySchemes" }
            .flatMap { kind, members in members.keys.map { "#/components/\(kind)/\($0)" } }
        let references = Set(text.matches(of: /"\$ref":"([^"]+)"/).map { String($0.1) })
        #expect(references == Set(names))
    }

    @Test(
        "says where the server lies, below a prefix too",
        arguments: [("", "/"), ("/dagster", "/dagster"), ("/a b", "/a%20b")])
    func prefix(_ prefix: String, url: String) async throws {
        let document = try await document(of: try await Server(prefix: prefix), prefix: url == "/" ? "" : url)
        let servers = try #require(document["servers"] as? [[String: String]])
        #expect(servers.map { $0["url"] } == [url])
        #expect((document["info"] as? [String: Any])?["version"] as? String == "1.2.3")
    }

    @Test("is the same for every configuration, but for its address and whether a token is needed")
    func configurations() throws {
        func document(_ base: String, _ isTokenRequired: Bool) -> String {
            String(
                decoding: OpenAPIDocument(base: base, version: "1", isTokenRequired: isTokenRequired).bytes, as: UTF8.self)
        }
        let open = document("", false)
        #expect(document("/x", false) == open.replacing(#""url":"/""#, with: #""url":"/x""#))
        let closed = document("", true)
        // Where a token is needed, none of the alternatives is an empty object.
        #expect(closed == open.replacing(/,\{\}\]/, with: "]"))
        let withRights = try operations(json(open)).values.count { ($0["security"] as? [Any])?.isEmpty == false }
        #expect(open.matches(of: /,\{\}\]/).count == withRights)
        #expect(!closed.contains("{}]"))
    }

    private func json(_ text: String) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test("is refused with a parameter, as its neighbours are")
    func parameter() async throws {
        _ = try await Server().get("/api/v1/openapi.json?pretty").problem(400)
    }
}
