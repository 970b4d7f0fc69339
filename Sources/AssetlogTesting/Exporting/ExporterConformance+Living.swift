import AssetlogCore

extension ExporterConformance {
    static let living: [ConformanceCase<ExporterSubject>] = [
        test("nothing is shown before the first delivery") { bench in
            try await bench.session { _ in try await bench.expectShown([], "Right after opening") }
            try await bench.expectShown([], "After a session without a delivery")
        },
        test("close can be called twice") { bench in
            let exporter = try await bench.destination.open()
            try await exporter.deliver(1...2)
            await exporter.close()
            await exporter.close()
            try await bench.expectShown([1, 2], "After the second close")
        },
        test("a delivery after close throws") { bench in
            let exporter = try await bench.destination.open()
            try await exporter.deliver(1...2)
            await exporter.close()
            do {
                try await exporter.deliver(3...4)
            } catch {
                return try await bench.expectShown([1, 2], "After a delivery that came after close")
            }
            throw ConformanceFailure("A delivery after close returned without an error.")
        },
        test("deliveries succeed beside the background work, which ends when it is cancelled") { bench in
            try await bench.session { exporter in
                let work = Task { try await exporter.run() }
                for sequence in Int64(1)...20 { try await exporter.deliver(sequence...sequence) }
                work.cancel()
                try await expectEnd(of: work)
                try await exporter.deliver(21...22)
            }
            try await bench.expectShown(Array(1...22), "After deliveries beside the background work")
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
            try await Task.sleep(for: ExporterBench.patience)
            continuation.yield(false)
        }
        defer { timer.cancel() }
        for await hasEnded in ends {
            return try expect(hasEnded, "run() went on for \(ExporterBench.patience) after its cancellation.")
        }
    }
}
