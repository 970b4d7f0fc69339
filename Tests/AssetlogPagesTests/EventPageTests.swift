import AssetlogAccess
import AssetlogCore
import AssetlogLog
import HTTPTypes
import Testing

@testable import AssetlogPages

@Suite("The page of an event", .enabled(if: hasCatalog))
struct EventPageTests {
    private static let events: [(event: Event, title: String, content: String)] = [
        (
            .reported(["a"], partition: "p", by: "nightly", #"{"data_version":"v<1>","metadata":{"rows":{"type":"int","value":12}}}"#),
            "Materialized a", "Data version v<1> Metadata rows 12"
        ),
        (.reported(.observation, ["a"], #"{"description":"Seen."}"#), "Observed a", "Description Seen."),
        (.checked(["a"], "fresh", passed: false, severity: "WARN"), "Check a", "Result ▲ Warning Check fresh Severity WARN"),
        (.reported(.materializationStarted, ["a"]), "Started a", "The event says no more."),
        (.failed(["a"], "Disk full.\nAt line 5."), "Failed a", "Reason UNKNOWN Message Disk full. At line 5."),
        (.reported(.materializationSkipped, ["a"]), "Skipped a", "The event says no more."),
        (.reported(.wipe, ["a"], #"{"partitions":null,"reason":"Wrong account."}"#), "Wiped a", "Reason Wrong account."),
    ]

    @Test("shows all that an event of any kind says", arguments: events.indices)
    func kinds(_ index: Int) async throws {
        let (event, title, content) = Self.events[index]
        let server = try await PageServer()
        try await server.record([event])
        let page = try await server.get("/event/\(event.id)")
        #expect(page.status == 200)
        Markup.check(page)
        #expect(page.document.words(in: "h1") == [title])
        #expect(page.words.contains("Content \(content) JSON This event in the API {"), "\(page.words)")
        #expect(page.words.contains(#""event_id":"\#(event.id)""#))
        #expect(page.words.contains("Event ID \(event.id) Sequence 1"))
        #expect(page.words.contains(index == 0 ? "Partition p Happened" : "Asset a Happened"))
        #expect(page.words.contains(index == 0 ? "Reported by token nightly" : "Reported by no token"))
        #expect(page.links.contains("/asset/a") && page.links.contains("/api/v1/events/\(event.id)"))
    }

    @Test("leads to the event of the same kind, partition and check before it, and compares the schema with that one")
    func previous() async throws {
        func schema(_ columns: String...) -> String {
            let columns = columns.map { #"{"name":"\#($0)","type":"int"}"# }.joined(separator: ",")
            return #"{"metadata":{"columns":{"type":"table_schema","value":{"columns":[\#(columns)]}}}}"#
        }
        let server = try await PageServer()
        let events: [Event] = [
            .reported(["a"], partition: "p", ago: 9000, schema("id")), .reported(["a"], partition: "q", ago: 8000, schema("other")),
            .reported(.observation, ["a"], partition: "p", ago: 7000), .reported(["a"], partition: "p", ago: 6000, schema("id", "added")),
            .checked(["a"], "fresh", ago: 5000), .checked(["a"], "unique", ago: 4000), .checked(["a"], "fresh", ago: 3000),
        ]
        try await server.record(events)
        for (index, previous) in [0: nil, 1: nil, 2: nil, 3: 0, 4: nil, 5: nil, 6: 4] as [Int: Int?] {
            let page = try await server.get("/event/\(events[index].id)")
            #expect(page.words.contains("Before it") == (previous != nil), "\(index)")
            if let previous { #expect(page.links.contains("/event/\(events[previous].id)")) }
        }
        #expect(try await server.get("/event/\(events[3].id)").words.contains("added"))
    }

    @Test("is found by the sequence of the event")
    func sequences() async throws {
        let server = try await PageServer(prefix: "/p", deployments: ["prod"])
        let events: [Event] = [.reported(["a"]), .reported(["a"], deployment: "prod")]
        try await server.record(events)
        let answer = try await server.get("/p/event/at/1")
        #expect(answer.status == 303 && answer.headers[.location] == "/p/event/\(events[0].id)")
        #expect(try await server.get("/p/prod/event/at/2").headers[.location] == "/p/prod/event/\(events[1].id)")
        for target in ["/p/event/at/2", "/p/prod/event/at/1", "/p/event/at/3", "/p/event/at/-1", "/p/event/at/9223372036854775808"] {
            #expect(try await server.get(target).status == 404, "\(target)")
        }
    }

    @Test("cuts the JSON of a large event, and leads to all of it")
    func large() async throws {
        let server = try await PageServer()
        let event = Event.reported(["a"], #"{"metadata":{"x":{"type":"text","value":"\#(String(repeating: "ü<", count: 100_000))"}}}"#)
        try await server.record([event])
        let page = try await server.get("/event/\(event.id)")
        Markup.check(page)
        #expect(page.words.contains("The first 64 KiB of it."))
        #expect(page.text.utf8.count < 400_000)
    }

    // MARK: Voids

    @Test("A void event says why and by whom")
    func voided() async throws {
        let server = try await PageServer()
        let event = Event.reported(["a"])
        let void = event.voided(because: "Wrong <file>.", by: "ann")
        try await server.record([event, void])
        let page = try await server.get("/event/\(event.id)")
        #expect(page.words.contains("This event is void and counts no more: Wrong <file>. (by ann, 2 h ago)"))
        #expect(page.formToken == nil)
        let itself = try await server.get("/event/\(void.id)")
        #expect(itself.document.words(in: "h1") == ["Void a"])
        #expect(itself.words.contains("Reason Wrong <file>."))
        #expect(!itself.words.contains("Void this event"))
    }

    @Test("Administrators get the form that voids it, and nobody else")
    func form() async throws {
        let server = try await PageServer(deployments: ["prod"])
        let events: [Event] = [.reported(["a"]), .reported(["a"], deployment: "prod"), .reported(.wipe, ["a"], #"{"reason":"x"}"#)]
        try await server.record(events)
        func hasForm(_ target: String, _ identity: RequestIdentity) async throws -> Bool {
            try await server.get(target, as: identity).words.contains("Void this event")
        }
        let event = "/event/\(events[0].id)"
        #expect(try await hasForm(event, .init()))
        #expect(try await hasForm(event, .token([.read, .admin])))
        #expect(try await !hasForm(event, .token([.read, .reporting])))
        #expect(try await hasForm(event, .token([.read, .admin], assets: ["a"])))
        #expect(try await hasForm("/prod/event/\(events[1].id)", .token([.read, .admin], deployments: ["prod"])))
        #expect(try await !hasForm("/event/\(events[2].id)", .init()))
        let readOnly = try await PageServer(isReadOnly: true)
        try await readOnly.record([events[0]])
        #expect(try await !readOnly.get(event).words.contains("Void this event"))
    }

    @Test("The form voids the event, and the page says so", arguments: ["", "/prod"])
    func voids(_ root: String) async throws {
        let server = try await PageServer(prefix: "/p", deployments: ["prod"])
        server.log.start()
        let event = Event.reported(["a"], deployment: root.isEmpty ? "default" : "prod")
        try await server.record([event])
        let admin = try RequestIdentity.token([.read, .admin])
        let target = "/p\(root)/event/\(event.id)"
        let page = try await server.get(target, as: admin)
        #expect(page.document.values(of: "action", in: "form").contains(target + "/void"))
        let answer = try await server.send(target + "/void", [("reason", "Wrong file."), ("confirm", "yes")], from: page, as: admin)
        #expect(answer.status == 303)
        #expect(answer.headers[.location] == target)
        let after = try await server.get(target, as: admin)
        #expect(after.words.contains("This event is void and counts no more: Wrong file. (by reader, "))
        // Once more changes nothing.
        #expect(try await server.send(target + "/void", [("reason", "x"), ("confirm", "yes")], from: page, as: admin).status == 303)
        try await server.reach(2)
        #expect(try await server.get("/p\(root)/assets", as: admin).words.contains("No asset matches."))
        await server.log.drain()
    }

    @Test(
        "Nothing is voided by a form that is not complete, or comes from elsewhere",
        arguments: [
            ("the confirmation is missing", [("reason", "x")], 400), ("it is another", [("reason", "x"), ("confirm", "no")], 400),
            ("the reason is missing", [("confirm", "yes")], 400), ("the reason is blank", [("reason", " \t"), ("confirm", "yes")], 400),
            ("the reason is too long", [("reason", String(repeating: "x", count: 1025)), ("confirm", "yes")], 400),
            ("the form is too large", [("reason", String(repeating: "x", count: 20_000)), ("confirm", "yes")], 413),
        ])
    func incomplete(_ what: String, form: [(String, String)], status: Int) async throws {
        let server = try await PageServer()
        server.log.start()
        let event = Event.reported(["a"])
        try await server.record([event])
        let page = try await server.get("/event/\(event.id)")
        let answer = try await server.send("/event/\(event.id)/void", form, from: page)
        #expect(answer.status == status, "\(what)")
        Markup.check(answer)
        #expect(try await server.log.storage.statistics().events == 1)
        await server.log.drain()
    }

    @Test("Nothing is voided without the token of the form, the cookie, the right or the session's own form")
    func foreign() async throws {
        let server = try await PageServer()
        server.log.start()
        let event = Event.reported(["a"])
        try await server.record([event])
        let target = "/event/\(event.id)"
        let page = try await server.get(target)
        let token = try #require(page.formToken)
        let form = [("reason", "x"), ("confirm", "yes")]
        let site = try #require(HTTPField.Name("Sec-Fetch-Site"))
        #expect(try await server.post(target + "/void", form, cookie: page.cookie).status == 403)
        #expect(try await server.post(target + "/void", form + [("csrf", token)]).status == 403)
        #expect(try await server.post(target + "/void", form + [("csrf", token + "x")], cookie: page.cookie).status == 403)
        #expect(
            try await server.post(target + "/void", form + [("csrf", token)], cookie: page.cookie, fields: [site: "cross-site"]).status
                == 403)
        for rights in [AccessRights.read, .reporting] {
            let refused = try await server.post(target + "/void", form + [("csrf", token)], as: .token(rights), cookie: page.cookie)
            #expect(refused.status == 403)
            Markup.check(refused)
        }
        let session = try server.session()
        #expect(try await server.post(target + "/void", form + [("csrf", token)], as: session, cookie: page.cookie).status == 403)
        #expect(try await server.log.storage.statistics().events == 1)
        // The session's own form is taken.
        let own = try await server.get(target, as: session)
        #expect(try await server.send(target + "/void", form, from: own, as: session).status == 303)
        #expect(try await server.log.storage.statistics().events == 2)
        await server.log.drain()
    }

    @Test("What can't be voided is refused as a page", arguments: [(EventKind.wipe, 409), (.materialization, 404)])
    func refusals(_ kind: EventKind, status: Int) async throws {
        let server = try await PageServer()
        server.log.start()
        let events: [Event] = [.reported(kind, ["a"], #"{"reason":"x"}"#), .reported(["b"])]
        try await server.record(events)
        let page = try await server.get("/event/\(events[1].id)")
        let id = kind == .wipe ? events[0].id : EventID(high: 1, low: 1)
        let answer = try await server.send("/event/\(id)/void", [("reason", "x"), ("confirm", "yes")], from: page)
        #expect(answer.status == status)
        Markup.check(answer)
        await server.log.drain()
    }

    @Test("A log that takes no void says so on the page")
    func closedLog() async throws {
        let server = try await PageServer()
        server.log.start()
        let event = Event.reported(["a"])
        try await server.record([event])
        let page = try await server.get("/event/\(event.id)")
        await server.log.drain()
        let answer = try await server.send("/event/\(event.id)/void", [("reason", "x"), ("confirm", "yes")], from: page)
        #expect(answer.status == 503)
        Markup.check(answer)
    }
}

@Suite("Wiping on the page of an asset", .enabled(if: hasCatalog))
struct WipeTests {
    private static let form = [("reason", "Wrong account."), ("confirm", "yes")]

    @Test("wipes the asset, which leaves the lists, and whose events stay readable")
    func asset() async throws {
        let server = try await PageServer(prefix: "/p")
        server.log.start()
        try await server.record([.reported(["a", "b"], partition: "p"), .reported(["other"])])
        let page = try await server.get("/p/asset/a/b")
        #expect(page.words.contains("Wipe this asset"))
        let answer = try await server.send("/p/asset/a/b", Self.form, from: page)
        #expect(answer.status == 303 && answer.headers[.location] == "/p/assets")
        try await server.reach(3)
        #expect(try await server.get("/p/assets").links("key") == ["/p/asset/other"])
        let after = try await server.get("/p/asset/a/b")
        Markup.check(after)
        #expect(after.status == 404)
        #expect(
            after.words.contains("No event of this asset counts: all were voided or wiped. Latest events Wiped Wrong account."))
        #expect(after.links.filter { $0.hasPrefix("/p/event/") }.count == 2)
        await server.log.drain()
    }

    @Test("wipes the partition whose events are shown, and no other", arguments: ["p", "", "2026-11-23"])
    func partition(_ name: String) async throws {
        let server = try await PageServer()
        server.log.start()
        try await server.record(["p", "", "2026-11-23", "q"].map { .reported(["a"], partition: $0) })
        let target = PageLinks(base: "", deployment: nil).asset(AssetKey(["a"]), [("view", "events"), ("partition", name)])
        let page = try await server.get(target)
        Markup.check(page)
        #expect(page.words.contains("Wipe this partition"))
        #expect(page.document.values(of: "action", in: "form").contains(target))
        let answer = try await server.send(target, Self.form, from: page)
        #expect(answer.status == 303 && answer.headers[.location] == "/asset/a")
        try await server.reach(5)
        let after = try await server.get("/asset/a")
        #expect(after.words.contains("Partitions 3"))
        let partitions = after.links.filter { $0.contains("&partition=") }
        #expect(partitions.count == 3 && !partitions.contains(target))
        await server.log.drain()
    }

    @Test("is for administrators of the asset, with the form's token, a confirmation and a reason")
    func refusals() async throws {
        let server = try await PageServer()
        server.log.start()
        try await server.record([.reported(["a"]), .reported(["b"])])
        let page = try await server.get("/asset/a")
        let token = [("csrf", try #require(page.formToken))]
        func status(_ target: String, _ form: [(String, String)], as identity: RequestIdentity = .init()) async throws -> Int {
            let answer = try await server.post(target, form, as: identity, cookie: page.cookie)
            if answer.status >= 400 { Markup.check(answer) }
            return answer.status
        }
        #expect(try await status("/asset/a", Self.form) == 403)
        #expect(try await status("/asset/a", token + [Self.form[0]]) == 400)
        #expect(try await status("/asset/a", token + [Self.form[1]]) == 400)
        #expect(try await status("/asset/none", token + Self.form) == 404)
        #expect(try await status("/asset", token + Self.form) == 404)
        #expect(try await status("/asset/a", token + Self.form, as: .token([.read, .reporting])) == 403)
        #expect(try await status("/asset/b", token + Self.form, as: .token([.read, .admin], assets: ["a"])) == 404)
        #expect(try await !server.get("/asset/a", as: .token([.read, .reporting])).words.contains("Wipe"))
        #expect(try await server.log.storage.statistics().events == 2)
        #expect(try await status("/asset/a", token + Self.form, as: .token([.read, .admin], assets: ["a"])) == 303)
        await server.log.drain()
    }
}
