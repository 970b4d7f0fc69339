import AssetlogCore

extension StorageConformance {
    static let logIdentity: [ConformanceCase<StorageSubject>] = [
        always("a log has one identity at every call") { bench in
            let log = try await bench.storage.logID()
            try bench.fill(20)
            try await bench.checkIdentity(log, "after appends")
            let storage = bench.storage
            let background = Task { try await storage.run() }
            try? await Task.sleep(for: .milliseconds(50))
            background.cancel()
            _ = await background.result
            try await bench.checkIdentity(log, "after background work")
        },
        ConformanceCase("two logs have two identities") { subject in
            var logs: Set<LogID> = []
            for _ in 0..<3 {
                let place = try await subject.makePlace()
                do {
                    let storage = try await place.open()
                    logs.insert(try await storage.logID())
                    await storage.close()
                    await place.remove()
                } catch {
                    await place.remove()
                    throw error
                }
            }
            try expect(logs.count == 3, "three logs have \(logs.count) different identities.")
            return .passed
        },
        onPlace("the identity of a log outlives a close, and is another one where nothing does") { bench in
            let log = try await bench.storage.logID()
            try bench.fill(5)
            try await bench.reopen()
            let found = try await bench.storage.logID()
            if bench.place.forgets == nil {
                try expect(found == log, "after close and open the log is \(found), and was \(log).")
            } else {
                try expect(found != log, "the log forgot its events when it was closed, and is still \(log).")
            }
            return .passed
        },
        onPlace("the identity of a log outlives a crash") { bench in
            guard let crash = bench.place.crash else { return .skipped("the subject can't crash in a test") }
            let log = try await bench.storage.logID()
            for _ in 0..<3 {
                try await crash()
                try await bench.open()
                try await bench.checkIdentity(log, "after a crash")
                try bench.fill(5)
            }
            return .passed
        },
    ]
}

extension StorageBench {
    fileprivate func checkIdentity(_ log: LogID, _ moment: String) async throws {
        let found = try await storage.logID()
        try expect(found == log, "\(moment) the log is \(found), and was \(log).")
    }
}
