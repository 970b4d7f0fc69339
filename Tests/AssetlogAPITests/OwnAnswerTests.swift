import AssetlogCore
import AssetlogWeb
import HTTPTypes
import Testing

@testable import AssetlogAPI
@testable import AssetlogAccess

@Suite("An answer that says no")
struct OwnAnswerTests {
    private static let event = #"{"kind":"observation","asset_key":"a"}"#
    private static let post = HTTPRequest.Method.post

    @Test(
        "says that it is the server's own, on every route",
        arguments: [
            (.get, "/nosuch", "", 404), (post, "/nosuch", "", 404), (.get, "/nosuch/api/v1/events", "", 404), (post, "/livez", "", 405),
            (.delete, "/api/v1/events", "", 405), (.get, "/api/v1/events?x=1", "", 400), (.get, "/api/v1/events/x", "", 400),
            (.get, "/api/v1/events/0193b0a0-1111-7222-8333-444444444444", "", 404), (post, "/api/v1/events", "", 422),
            (post, "/api/v1/events", "{", 422), (post, "/api/v1/events", "[1", 400),
            (post, "/api/v1/events", "[{}]", 422), (post, "/api/v1/events?atomic=x", event, 400),
            (post, "/api/v1/events?atomic=true", "[\(event),{}]", 422),
            (post, "/api/v1/events?dry_run=true", "{}", 400), (post, "/report_asset_observation?dry_run=true", "", 400),
            (.head, "/nosuch", "", 404),
        ] as [(HTTPRequest.Method, String, String, Int)])
    func own(_ method: HTTPRequest.Method, _ target: String, _ body: String, _ status: Int) async throws {
        let answer = try await Server().ask(method, target, headers: [.contentType: "application/json"], body: body)
        #expect(answer.status == status)
        #expect(answer.headers[.assetlogAnswer] == "refused")
    }

    @Test("says so of what the gate refuses, and of what may be taken later")
    func admission() async throws {
        let refusals: [(AccessRefusal.Reason, String)] = [
            (.noToken, "refused"), (.foreignHost, "refused"), (.unknownOrganization, "refused"), (.tooMany, "later"),
            (.tokensUnknown, "later"),
        ]
        for (reason, value) in refusals {
            var admission = RequestIdentity()
            admission.refusal = AccessRefusal(
                reason: reason, message: "No.", fields: value == "later" ? [("Retry-After", "1")] : [])
            if reason == .tooMany {
                admission.refusal?.fields += [("RateLimit", "\"token\";r=0;t=1"), ("RateLimit-Policy", "\"token\";q=1;w=1")]
            }
            let answer = try await Server().ask(Self.post, "/api/v1/events", admission: admission, body: Self.event)
            #expect(answer.status == reason.status)
            #expect(answer.headers[.assetlogAnswer] == value, "\(reason.name)")
        }
    }

    @Test("stands on no other answer", arguments: ["/livez", "/api/v1/events", "/server_info"])
    func good(_ target: String) async throws {
        #expect(try await Server().get(target).headers[.assetlogAnswer] == nil)
    }

    @Test("asks for another try where one event alone could not be looked up")
    func later() {
        var results = SubmissionResults(listsAll: false)
        results.note(0, .refused(SubmissionError(pointer: "", "No.")))
        #expect(!results.mayBeTakenLater)
        results.note(1, .refused(SubmissionError(status: 503, pointer: "", "Later.")))
        #expect(results.mayBeTakenLater)
    }

    @Test(
        "of a dry run warns of names that are empty, as a variable that is not set leaves them",
        arguments: [
            (#""asset_key":["a",""]"#, [#"The asset key ["a",""] has an empty part."#]), (#""asset_key":"""#, [#"The asset key [""] has"#]),
            (#""asset_key":"a","partition":"","data_version":"""#, ["The partition is empty", "The data version is empty"]),
            (#""asset_key":"a","metadata":{"":1,"b":""}"#, ["A label of the metadata is empty"]),
            (#""asset_key":"a","partition":"p","data_version":"v","metadata":{"b":{"":1}},"description":"""#, []),
        ])
    func emptyNames(_ fields: String, _ warnings: [String]) async throws {
        let server = try await Server()
        for (target, kind) in [
            ("/api/v1/events?dry_run=true", #""kind":"materialization","#), ("/report_asset_materialization?dry_run=true", ""),
        ] {
            let answer = try await server.ask(
                Self.post, target, headers: [.contentType: "application/json"], body: "{\(kind)\(fields)}")
            #expect(answer.status == 200)
            let found = try #require(try answer.json()["warnings"] as? [String])
            #expect(found.count == warnings.count && zip(found, warnings).allSatisfy { $0.hasPrefix($1) }, "\(found)")
        }
        let check = try await server.ask(
            Self.post, "/report_asset_check/a?check_name=&passed=true&dry_run=true")
        #expect(try check.json()["warnings"] as? [String] == ["The name of the check is empty."])
    }
}
