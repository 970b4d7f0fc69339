import AssetlogCore

extension StorageConformance {
    /// The kinds that the server makes itself are events like others.
    static let corrections = [
        always("voids and wipes come back in every byte, and are found by their kinds") { fixture in
            try fixture.fill(60)
            for (number, event) in fixture.model.prefix(6).enumerated() {
                let details = VoidDetails(voids: event.id, reason: "the \"wrong\" file, \(number)\n").json
                try fixture.append(chosen: [event.event.corrected(.void, id: event.id.voidID, details)], expecting: [])
                let partitions = [nil, ["a"], ["", "e\u{301}", "\u{e9}"]][number % 3]
                let wipe = event.event.corrected(.wipe, id: event.id.item(at: 0), WipeDetails(partitions: partitions, reason: "r").json)
                try fixture.append([wipe])
                try fixture.fill(10)
            }
            try await fixture.checkLog("with voids and wipes")
            let storage = fixture.storage
            let background = Task { try await storage.run() }
            for round in 0..<3 {
                for kinds: Set<EventKind> in [[.void], [.wipe], [.void, .wipe], [.materialization, .void]] {
                    for order in [EventQuery.Order.ascending(after: 0), .descending(before: nil), .latest(before: nil)] {
                        try await fixture.checkWalk(EventQuery(order: order, limit: 5, kinds: kinds), "a filter by \(kinds)")
                    }
                }
                if round < 2 { try? await Task.sleep(for: .milliseconds(150)) }
            }
            background.cancel()
            _ = await background.result
        },
        always("an event is voided once, under the identity that follows from its own") { fixture in
            try fixture.fill(20)
            let event = fixture.model[7].event
            let void = event.corrected(.void, id: event.id.voidID, VoidDetails(voids: event.id, reason: "r").json)
            try fixture.append(chosen: [void], expecting: [])
            let sequence = fixture.sequences(of: [void])[0]
            try fixture.append(chosen: [void], expecting: [.duplicate(0, sequence)])
            let other = event.corrected(.void, id: event.id.voidID, VoidDetails(voids: event.id, reason: "another").json)
            try fixture.append(chosen: [other], expecting: [.conflict(0, sequence)])
            let found = try await fixture.storage.event(event.id.voidID, deployment: event.deployment)
            try expect(
                found.map { $0.sequence == sequence && $0.event == void } ?? false,
                "the void of the event \(event.id) is not found by its identity \(event.id.voidID); got \(String(describing: found)).")
            try await fixture.checkLog("after a void")
        },
    ]
}

extension Event {
    /// A void or a wipe about the event, recorded as late as it.
    fileprivate func corrected(_ kind: EventKind, id: EventID, _ details: [UInt8]) -> Event {
        Event(
            id: id, deployment: deployment, kind: kind, assetKey: assetKey, partition: kind == .void ? partition : nil,
            timestamp: receivedAt, receivedAt: receivedAt, reportedBy: "ann", details: details)
    }
}
