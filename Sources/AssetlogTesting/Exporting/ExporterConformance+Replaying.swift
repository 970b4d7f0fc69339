import AssetlogCore

extension ExporterConformance {
    static let replaying: [ConformanceCase<ExporterSubject>] = [
        test("a new generation delivers again") { fixture in
            try await fixture.session { exporter in
                try await exporter.deliver(1...8)
                try await exporter.deliver(1...5, generation: 1)
                try await exporter.deliver(6...9, generation: 1)
            }
            try await fixture.expectShown(Array(1...8) + Array(1...9), "After a replay from the start")
        },
        test("a new generation after a restart delivers again") { fixture in
            try await fixture.session { try await $0.deliver(1...8) }
            try await fixture.session { try await $0.deliver(4...9, generation: 3) }
            try await fixture.session { try await $0.deliver(10...11, generation: 3) }
            try await fixture.expectShown(Array(1...8) + Array(4...11), "After a replay from the middle")
        },
        test("a crash in a new generation shows no event twice", needs: exactlyOnce) { fixture in
            try await fixture.session { try await $0.deliver(1...8) }
            try await fixture.crashingSession { try await $0.deliver(1...3, generation: 1) }
            try await fixture.crashingSession { exporter in
                try await exporter.deliver(1...3, generation: 1)
                try await exporter.deliver(4...6, generation: 1)
            }
            try await fixture.session { try await $0.deliver(1...8, generation: 1) }
            try await fixture.expectShown(Array(1...8) + Array(1...8), "After two crashes in a replay")
        },
    ]
}
