import AssetlogAccess
import AssetlogCore
import HTTPTypes
import Testing

@testable import AssetlogAPI

@Suite("What a caller may not read")
struct ForeignEventTests {
    private static let routes = [
        ("/report_asset_materialization/warehouse/Orders?dry_run=true", ""),
        ("/api/v1/events?dry_run=true", #"{"kind":"materialization","asset_key":["warehouse","Orders"]}"#),
    ]

    /// Who may report the asset, and whether a dry run may mention the other one.
    private static let callers: [(assets: [String], deployments: [String], rights: AccessRights, isWarned: Bool)] = [
        ([], [], .all, true), (["warehouse/*"], ["default"], .all, true), (["warehouse/Orders"], [], .all, false),
        ([], [], .reporting, false), ([], [], [.reporting, .admin], false),
    ]

    @Test("is not mentioned by a dry run", arguments: routes, callers.indices)
    func dryRun(_ route: (path: String, body: String), _ index: Int) async throws {
        let caller = Self.callers[index]
        let server = try await Server()
        try server.record([.sample(key: ["warehouse", "orders"])])
        func patterns(_ texts: [String]) throws -> [PartPattern] { try texts.map { try #require(PartPattern($0)) } }
        let grant = AccessGrant(
            name: "x", rights: caller.rights, assets: try patterns(caller.assets), deployments: try patterns(caller.deployments))
        let answer = try await server.ask(
            .post, route.path, headers: [.contentType: "application/json"],
            admission: RequestIdentity(caller: Caller(grant: grant)), body: route.body)
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer.text.contains("differs only in case") == caller.isWarned, "\(answer.text)")
        // It is warned of its own mistakes in any case.
        let own = try await server.ask(
            .post, "/report_asset_materialization/warehouse/Orders?dry_run=true&partiton=x",
            admission: RequestIdentity(caller: Caller(grant: grant)))
        #expect(own.text.contains("partiton"), "\(own.text)")
    }

    @Test("is not in the numbers of the server")
    func metrics() async throws {
        let server = try await Server(deployments: ["prod"])
        #expect(try await server.get("/metrics", try BoundedReadTests.reader()).status == 200)
        #expect(try await server.get("/metrics", try BoundedReadTests.reader("**")).status == 200)
        for limited in [try BoundedReadTests.reader("warehouse/*"), try BoundedReadTests.reader(deployments: ["prod"])] {
            let answer = try await server.get("/metrics", limited)
            #expect(answer.status == 403)
            #expect(answer.text.contains("limited to some assets or deployments"))
        }
    }

    @Test("looks like what does not exist", arguments: ["prod", "prodd"])
    func deployments(_ name: String) async throws {
        let server = try await Server(deployments: ["prod"])
        let limited = try BoundedReadTests.reader(deployments: ["staging"], rights: .all)
        let read = try await server.get("/\(name)/api/v1/events", limited)
        #expect(try read.problem(403).contains("deployment \"\(name)\""))
        let event = try await server.get("/\(name)/api/v1/events/0193b0a0-1111-7222-8333-444444444444", limited)
        _ = try event.problem(403)
        let submitted = try await server.ask(.post, "/\(name)/api/v1/events", admission: limited, body: "{}")
        _ = try submitted.problem(403)
    }
}
