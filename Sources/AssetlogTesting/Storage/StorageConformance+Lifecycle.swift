import AssetlogCore

extension StorageConformance {
    static let living = [
        always("closing twice is closing once") { fixture in
            try fixture.fill(10)
            await fixture.storage.close()
            await fixture.storage.close()
        },
        always("after the close append throws") { fixture in
            try fixture.fill(10)
            let event = fixture.events.next()
            await fixture.storage.close()
            try await expectClosed("append") { _ = try $0.append(EventBatch([event])) }(fixture.storage)
        },
        always("after the close every other call throws") { fixture in
            try fixture.fill(10)
            let event = fixture.events.next()
            let letter = try await fixture.letters([1])[0]
            await fixture.storage.close()
            let calls: [@Sendable (any Storage) async throws -> Void] = [
                expectClosed("events") { _ = try await $0.events(EventQuery()) },
                expectClosed("event") { _ = try await $0.event(event.id, deployment: "default") },
                expectClosed("statistics") { _ = try await $0.statistics() },
                expectClosed("logID") { _ = try await $0.logID() },
                expectClosed("cursors") { _ = try await $0.cursors() },
                expectClosed("cursor") { _ = try await $0.cursor(of: "audit") },
                expectClosed("advance") { _ = try await $0.advance(ConsumerCursor(consumer: "audit")) },
                expectClosed("replay") { _ = try await $0.replay("audit", after: 0) },
                expectClosed("deadLetters") { _ = try await $0.deadLetters(of: "audit", after: 0, limit: 1) },
                expectClosed("requestedDeadLetters") { _ = try await $0.requestedDeadLetters(of: "audit", limit: 1) },
                expectClosed("deadLetterCount") { _ = try await $0.deadLetterCount(of: "audit") },
                expectClosed("keepDeadLetters") { try await $0.keepDeadLetters([letter], of: "audit") },
                expectClosed("removeDeadLetters") { _ = try await $0.removeDeadLetters(of: "audit", nil) },
                expectClosed("setPause") { try await $0.setPause(of: "audit", "closed") },
                expectClosed("pause") { _ = try await $0.pause(of: "audit") },
            ]
            for call in calls { try await call(fixture.storage) }
        },
        always("background work ends soon when it is cancelled") { fixture in
            try fixture.fill(100)
            let storage = fixture.storage
            let background = Task { try await storage.run() }
            try? await Task.sleep(for: .milliseconds(50))
            background.cancel()
            let ended = await withTaskGroup { group in
                group.addTask {
                    _ = await background.result
                    return true
                }
                group.addTask {
                    try? await Task.sleep(for: .seconds(20))
                    return false
                }
                defer { group.cancelAll() }
                return await group.next() ?? false
            }
            try expect(ended, "run() went on for more than 20 s after its cancellation.")
        },
        always("appends and reads go on without background work, during it, and after its end") { fixture in
            try fixture.fill(100)
            try await fixture.checkLog("before run()")
            for _ in 0..<2 {
                let storage = fixture.storage
                let background = Task { try await storage.run() }
                for _ in 0..<5 {
                    try fixture.fill(50)
                    try? await Task.sleep(for: .milliseconds(20))
                    try await fixture.checkLog("during run()")
                }
                background.cancel()
                _ = await background.result
                try fixture.fill(50)
                try await fixture.checkLog("after run()")
            }
        },
    ]

    private static func expectClosed(
        _ name: String, _ call: @escaping @Sendable (any Storage) async throws -> Void
    ) -> @Sendable (any Storage) async throws -> Void {
        { storage in
            do {
                try await call(storage)
            } catch let error as StorageError {
                return try expect(
                    error.code == .closed, "\(name) after close threw \(error), not one of the code closed.")
            } catch {
                throw ConformanceFailure("\(name) after close threw \(error), not a StorageError of the code closed.")
            }
            throw ConformanceFailure("\(name) after close did not throw.")
        }
    }
}
