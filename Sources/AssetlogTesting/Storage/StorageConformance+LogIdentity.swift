import AssetlogCore

extension StorageConformance {
    static let logIdentity: [ConformanceCase<StorageSubject>] = [
        always("a log has one identity at every call") { fixture in
            let log = try await fixture.storage.logID()
            try fixture.fill(20)
            try await fixture.checkIdentity(log, "after appends")
            let storage = fixture.storage
            let background = Task { try await storage.run() }
            try? await Task.sleep(for: .milliseconds(50))
            background.cancel()
            _ = await background.result
            try await fixture.checkIdentity(log, "after background work")
        },
        ConformanceCase("two logs have two identities") { subject in
            var logs: Set<LogID> = []
            for _ in 0..<3 {
                let location = try await subject.makeLocation()
                do {
                    let storage = try await location.open()
                    logs.insert(try await storage.logID())
                    await storage.close()
                    await location.remove()
                } catch {
                    await location.remove()
                    throw error
                }
            }
            try expect(logs.count == 3, "three logs have \(logs.count) different identities.")
            return .passed
        },
        onLocation("the identity of a log outlives a close, and is another one where nothing does") { fixture in
            let log = try await fixture.storage.logID()
            try fixture.fill(5)
            try await fixture.reopen()
            let found = try await fixture.storage.logID()
            if fixture.location.forgets == nil {
                try expect(found == log, "after close and open the log is \(found), and was \(log).")
            } else {
                try expect(found != log, "the log forgot its events when it was closed, and is still \(log).")
            }
            return .passed
        },
        onLocation("the identity of a log outlives a crash") { fixture in
            guard let crash = fixture.location.crash else { return .skipped("the subject can't crash in a test") }
            let log = try await fixture.storage.logID()
            for _ in 0..<3 {
                try await crash()
                try await fixture.open()
                try await fixture.checkIdentity(log, "after a crash")
                try fixture.fill(5)
            }
            return .passed
        },
    ]
}

extension StorageFixture {
    fileprivate func checkIdentity(_ log: LogID, _ when: String) async throws {
        let found = try await storage.logID()
        try expect(found == log, "\(when) the log is \(found), and was \(log).")
    }
}
