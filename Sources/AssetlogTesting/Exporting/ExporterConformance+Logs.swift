import AssetlogCore

extension ExporterConformance {
    /// A sequence names an event in one log only.
    static let followingLogs: [ConformanceCase<ExporterSubject>] = [
        test("events of another log are shown, whatever their sequences") { fixture in
            try await fixture.session { exporter in
                try await exporter.deliver(1...20)
                try await exporter.deliver(1...5, of: .other)
                try await exporter.deliver(6...15, of: .other)
            }
            try await fixture.expectShown(Array(1...20) + Array(1...15), "After another log took the place of the first")
        },
        test("events of another log are shown after a restart, whatever their sequences") { fixture in
            try await fixture.session { try await $0.deliver(1...20) }
            try await fixture.session { try await $0.deliver(11...25, of: .other) }
            try await fixture.session { try await $0.deliver(26...30, of: .other) }
            try await fixture.expectShown(
                Array(1...20) + Array(11...30), "After a restart on another log, in the same generation")
        },
        test("a crash after another log has come shows no event twice", needs: exactlyOnce) { fixture in
            try await fixture.session { try await $0.deliver(1...20) }
            try await fixture.crashingSession { try await $0.deliver(1...3, of: .other) }
            try await fixture.crashingSession { exporter in
                try await exporter.deliver(1...3, of: .other)
                try await exporter.deliver(4...6, of: .other)
            }
            try await fixture.session { try await $0.deliver(1...8, of: .other) }
            try await fixture.expectShown(Array(1...20) + Array(1...8), "After two crashes on another log")
        },
        test("an exporter that passes over events says what its destination has", needs: exactlyOnce) { fixture in
            try await fixture.session { exporter in
                try await exporter.deliver(1...8)
                try await expectPosition(of: exporter, .suite, 0, at: 8, "After a delivery")
                try await exporter.deliver(9...11)
                try await exporter.deliver(3...5)
                try await expectPosition(of: exporter, .suite, 0, at: 11, "After events that came again")
            }
            try await fixture.crashingSession { exporter in
                try await expectPosition(of: exporter, .suite, 0, at: 11, "After a restart")
                try await exporter.deliver(5...6, generation: 2)
                try await expectPosition(of: exporter, .suite, 2, at: 6, "After a replay")
            }
            try await fixture.session { exporter in
                try await expectPosition(of: exporter, .suite, 2, at: 6, "After a crash")
                try await exporter.deliver(1...4, of: .other, generation: 2)
                try await expectPosition(of: exporter, .other, 2, at: 4, "After events of another log")
            }
            try await fixture.session { exporter in
                try await expectPosition(of: exporter, .other, 2, at: 4, "After a restart on another log")
            }
        },
    ]

    private static func expectPosition(
        of exporter: any Exporter, _ log: LogID, _ generation: Int64, at sequence: Int64, _ when: String
    ) async throws {
        let expected = DeliveredPosition(
            log: log, generation: generation, sequence: sequence, event: LoggedEvent.sample(sequence, of: log).id)
        guard let position = try await exporter.position() else {
            throw ConformanceFailure(
                "\(when) position() is nil, but the exporter skips events that it has already delivered: the server can't tell then"
                    + " whether the log has gone back.")
        }
        try expect(position == expected, "\(when) position() is \(position), expected \(expected).")
    }
}
