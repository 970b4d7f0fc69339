import AssetlogCore

extension ExporterConformance {
    static let living: [ConformanceCase<ExporterSubject>] = [
        test("nothing is shown before the first delivery") { fixture in
            try await fixture.session { _ in try await fixture.expectShown([], "Right after opening") }
            try await fixture.expectShown([], "After a session without a delivery")
        },
        test("close can be called twice") { fixture in
            let exporter = try await fixture.destination.open()
            try await exporter.deliver(1...2)
            await exporter.close()
            await exporter.close()
            try await fixture.expectShown([1, 2], "After the second close")
        },
        test("a delivery after close throws") { fixture in
            let exporter = try await fixture.destination.open()
            try await exporter.deliver(1...2)
            await exporter.close()
            do {
                try await exporter.deliver(3...4)
            } catch {
                return try await fixture.expectShown([1, 2], "After a delivery that came after close")
            }
            throw ConformanceFailure("A delivery after close returned without an error.")
        },
        test("deliveries succeed during background work, which ends when it is cancelled") { fixture in
            try await fixture.session { exporter in
                let work = Task { try await exporter.run() }
                for sequence in Int64(1)...20 { try await exporter.deliver(sequence...sequence) }
                work.cancel()
                try await expectEnd(of: work)
                try await exporter.deliver(21...22)
            }
            try await fixture.expectShown(Array(1...22), "After deliveries during background work")
        },
    ]

    // The work is awaited by a task of its own: one that never ends must fail this case and not hang it.
    private static func expectEnd(of work: Task<Void, any Error>) async throws {
        let (ends, continuation) = AsyncStream.makeStream(of: Bool.self)
        Task {
            _ = await work.result
            continuation.yield(true)
        }
        let timer = Task {
            try await Task.sleep(for: ExporterFixture.patience)
            continuation.yield(false)
        }
        defer { timer.cancel() }
        for await hasEnded in ends {
            return try expect(hasEnded, "run() went on for \(ExporterFixture.patience) after its cancellation.")
        }
    }
}
