import AssetlogCore

extension ExporterConformance {
    static let redelivering: [ConformanceCase<ExporterSubject>] = [
        test("a restart continues") { fixture in
            for batch in [Int64(1)...10, 11...11, 12...40] {
                try await fixture.session { try await $0.deliver(batch) }
            }
            try await fixture.expectShown(Array(1...40), "After three sessions")
        },
        test("a crash between two deliveries continues") { fixture in
            for batch in [Int64(1)...10, 11...11, 12...40] {
                try await fixture.crashingSession { try await $0.deliver(batch) }
            }
            try await fixture.session { try await $0.deliver(41...45) }
            try await fixture.expectShown(Array(1...45), "After three crashes")
        },
        test("a batch that comes again after a crash is shown once", needs: exactlyOnce) { fixture in
            try await fixture.crashingSession { exporter in
                try await exporter.deliver(1...10)
                try await exporter.deliver(11...20)
            }
            try await fixture.session { exporter in
                try await exporter.deliver(11...20)
                try await exporter.deliver(21...30)
            }
            try await fixture.expectShown(Array(1...30), "After the second batch came again")
        },
        test("a batch that comes again within a session is shown once", needs: exactlyOnce) { fixture in
            try await fixture.session { exporter in
                try await exporter.deliver(1...10)
                try await exporter.deliver(1...10)
                try await exporter.deliver(11...12)
            }
            try await fixture.expectShown(Array(1...12), "After the first batch came again")
        },
        test("events that come again in batches of another size are shown once", needs: exactlyOnce) { fixture in
            try await fixture.crashingSession { exporter in
                try await exporter.deliver(1...10)
                try await exporter.deliver(11...20)
            }
            try await fixture.session { exporter in
                for batch in [Int64(1)...3, 4...14, 15...25, 26...27] { try await exporter.deliver(batch) }
            }
            try await fixture.expectShown(Array(1...27), "After twenty events came again in other batches")
        },
        test(
            "a torn write is healed",
            needs: { _, destination in destination.tearWrite == nil ? "its destination has no torn writes" : nil }
        ) { fixture in
            try await fixture.crashingSession { try await $0.deliver(1...5) }
            try await fixture.destination.tearWrite?()
            try await fixture.session { try await $0.deliver(6...9) }
            try await fixture.expectShown(Array(1...9), "After a write was torn and the next batch came")
        },
        test(
            "a failure is an error, and the same batch succeeds later",
            needs: { _, destination in destination.setFailing == nil ? "its destination can't be made to fail" : nil }
        ) { fixture in
            try await fixture.session { exporter in
                try await exporter.deliver(1...5)
                try await fixture.destination.setFailing?(true)
                for _ in 1...2 {
                    let succeeded = try await succeeds { try await exporter.deliver(6...9) }
                    try expect(!succeeded, "A delivery returned without an error although the destination failed.")
                }
                try await fixture.destination.setFailing?(false)
                try await exporter.deliver(6...9)
                try await fixture.expectShown(Array(1...9), "After the destination failed twice and works again")
            }
        },
    ]

    private static func succeeds(_ body: () async throws -> Void) async throws -> Bool {
        do {
            try await body()
            return true
        } catch let error as ExportError {
            try expect(
                error.isRetriable, "The error of a destination that fails for a time is not retriable: \(error)")
            return false
        } catch {
            return false
        }
    }
}
