#if SQLite
import AssetlogCore
import AssetlogSQLite
import Foundation
import Testing

@testable import AssetlogSQLiteStorage

@Suite("The tables of the index")
struct IndexTableTests {
    private let directory: TemporaryDirectory
    private let database: Connection

    init() throws {
        directory = try TemporaryDirectory()
        database = try Connection(directory.file("index.sqlite"))
        for table in EventIndex.tables { try database.execute(table) }
    }

    // MARK: Identities

    /// In which order identities come.
    enum Identities: String, CaseIterable {
        case ofOneServer, ofTwoServers, ofAnyTime, random, mixed

        func next(_ number: Int, with random: inout some RandomNumberGenerator) -> EventIDBytes {
            let version: UInt64 = 0x7000
            let any = UInt64.random(in: .min ... .max, using: &random)
            let milliseconds: UInt64
            switch self {
            case .ofOneServer: milliseconds = UInt64(number)
            case .ofTwoServers: milliseconds = UInt64(number.isMultiple(of: 2) ? number : number + 5000)
            case .ofAnyTime: milliseconds = any & 0xffff_ffff_ffff
            case .random: return EventIDBytes(EventID(high: any & ~0xf000 | 0x4000, low: any &* 3))
            case .mixed: return (number % 3 == 0 ? Identities.random : .ofTwoServers).next(number, with: &random)
            }
            return EventIDBytes(EventID(high: milliseconds << 16 | version | any & 0xfff, low: any))
        }
    }

    @Test("find every identity that was added, and none that was taken out", arguments: Identities.allCases)
    func identities(_ order: Identities) throws {
        var random = SystemRandomNumberGenerator()
        var known: [[EventIDBytes: Int64]] = [[:], [:]]
        var sequence: Int64 = 0
        for step in 0..<40 {
            var added: [IdentityWriter.Entry] = []
            for _ in 0..<[1, 3, 90, 400][step % 4] {
                sequence += 1
                let scope = Int.random(in: 0...1, using: &random)
                // Now and then one that was there before, as when its event was removed from the log.
                let again = Int.random(in: 0..<20, using: &random) == 0 ? known[scope].keys.randomElement(using: &random) : nil
                let id = again ?? order.next(Int(sequence), with: &random)
                known[scope][id] = sequence
                added.append(IdentityWriter.Entry(id: id, scope: Int64(scope), sequence: sequence))
            }
            try database.transaction { try IdentityWriter(database).insert(added) }
            for scope in 0...1 {
                for (id, sequence) in known[scope].shuffled().prefix(known[scope].count / 64) {
                    let writer = try IdentityWriter(database)
                    try writer.remove(IdentityWriter.Entry(id: id, scope: Int64(scope), sequence: sequence + 1))
                    guard Bool.random() else { continue }
                    try writer.remove(IdentityWriter.Entry(id: id, scope: Int64(scope), sequence: sequence))
                    known[scope][id] = nil
                    #expect(try find(id, scope) == nil)
                }
            }
        }
        for scope in 0...1 {
            for (id, sequence) in known[scope] { #expect(try find(id, scope) == sequence) }
            for id in known[1 - scope].keys where known[scope][id] == nil { #expect(try find(id, scope) == nil) }
        }
        let longest = try database.integer("SELECT max(length(entries)) FROM timed_ids") ?? 0
        #expect(longest <= 24 * IdentitySegment.maximumCount)
    }

    @Test("have few rows for the identities of one server")
    func compact() throws {
        var random = SystemRandomNumberGenerator()
        for step in 0..<100 {
            let added = (0..<100).map { index in
                let number = step * 100 + index
                return IdentityWriter.Entry(
                    id: Identities.ofOneServer.next(number, with: &random), scope: 1, sequence: Int64(number + 1))
            }
            try IdentityWriter(database).insert(added)
        }
        #expect(try database.integer("SELECT count(*) FROM timed_ids") ?? .max < 10_000 / IdentitySegment.maximumCount * 2)
    }

    private func find(_ id: EventIDBytes, _ scope: Int) throws -> Int64? {
        try IdentityFinder { try database.statement($0) }.sequence(of: id, scope: Int64(scope))
    }

    // MARK: Sequences

    @Test("have the sequences of each list in their order, whatever was taken out", arguments: [1, 3, 200, 1_000_000])
    func sequences(_ distance: Int64) throws {
        var model: [Int64: [Int64]] = [1: [], 2: [], 3: []]
        var last: Int64 = 0
        for step in 0..<30 {
            var added: [ListedSequence] = []
            for _ in 0..<[1, 40, 900][step % 3] {
                last += Int64.random(in: 1...distance)
                added.append(ListedSequence(scope: Int64.random(in: 1...3), kind: 1, sequence: last))
            }
            for one in added { model[one.scope]?.append(one.sequence) }
            try database.transaction {
                try added.forEachList { try EntryWriter(database).append($0, scope: $1, kind: $2) }
            }
            guard step % 3 == 2 else { continue }
            for scope in model.keys {
                let removed = Set((model[scope] ?? []).filter { _ in Int.random(in: 0..<5) == 0 })
                try EntryWriter(database).remove(removed.sorted() + [last + 7], scope: scope, kind: 1)
                model[scope]?.removeAll { removed.contains($0) }
            }
        }
        for scopes in [[1], [2], [1, 3], [1, 2, 3], [4]] as [[Int64]] {
            let expected = scopes.flatMap { model[$0] ?? [] }.sorted()
            for start in [0, 1, last / 3, last / 2, last, last + 1] {
                #expect(try read(scopes, from: start, descending: false) == expected.filter { $0 >= start })
                #expect(try read(scopes, from: start, descending: true) == expected.filter { $0 <= start }.reversed())
            }
        }
        #expect(try database.integer("SELECT sum(count) FROM entries") == Int64(model.values.reduce(0) { $0 + $1.count }))
        #expect(try database.integer("SELECT max(length(sequences)) FROM entries") ?? .max <= Int64(SequenceSegment.maximumBytes))
    }

    @Test("are read on from any sequence, in both directions", arguments: [false, true])
    func skipping(_ descending: Bool) throws {
        let all = Array(stride(from: Int64(5), to: 60_000, by: 7))
        try EntryWriter(database).append(all, scope: 1, kind: 1)
        for step in [1, 3, 500, 9000] as [Int64] {
            var entries = try MergedEntries(
                database, scopes: [1], kinds: [1, 2], from: descending ? .max : 0, descending: descending)
            var target: Int64 = descending ? 60_000 : 0
            while (0...60_000).contains(target) {
                try entries.skip(to: target)
                #expect(entries.next == (descending ? all.last { $0 <= target } : all.first { $0 >= target }))
                target += descending ? -step * 11 : step * 11
            }
        }
    }

    private func read(_ scopes: [Int64], from first: Int64, descending: Bool) throws -> [Int64] {
        var entries = try MergedEntries(database, scopes: scopes, kinds: [1, 2], from: first, descending: descending)
        var sequences: [Int64] = []
        while let next = entries.next {
            sequences.append(next)
            try entries.advance()
        }
        return sequences
    }

    @Test("A damaged segment gives some sequences in order, and never traps")
    func damaged() {
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0...40)).map { _ in UInt8.random(in: .min ... .max) }
            let start = Int64.random(in: .min ... .max)
            let sequences = bytes.withUnsafeBytes { SequenceSegment.sequences(from: start, $0) }
            #expect(zip(sequences, sequences.dropFirst()).allSatisfy { $0 < $1 })
            bytes.withUnsafeBytes { bytes in
                #expect(IdentitySegment(start: EventIDBytes(EventID(high: 1, low: 2)), bytes: bytes).entries.count == bytes.count / 24)
            }
        }
    }

    // MARK: What was appended last

    @Test("What was appended is known without a gap, until it is taken or forgotten, or is too much")
    func appended() throws {
        let appended = AppendedEvents()
        func note(_ count: Int, after head: Int64, deployment: String = "default") {
            let batch = EventBatch(events(count, asset: "a\(head)", deployment: deployment))
            appended.note(batch, batch.plan { _ in .none }, after: head)
        }
        func taken(after sequence: Int64) -> [String] {
            guard let list = appended.take(after: sequence) else { return [] }
            return list.rows.map { row in
                list.withTexts(of: row) { assetKey, deployment in
                    "\(row.sequence) \(String(decoding: assetKey, as: UTF8.self)) \(String(decoding: deployment, as: UTF8.self))"
                }
            }
        }
        #expect(taken(after: 0) == [])
        note(2, after: 5)
        note(1, after: 7, deployment: "prod")
        note(1, after: 8)
        // It knows nothing of the events before.
        #expect(taken(after: 4) == [])
        #expect(taken(after: 6) == [#"7 ["a5"] default"#, #"8 ["a7"] prod"#, #"9 ["a8"] default"#])
        #expect(taken(after: 9) == [])
        note(1, after: 9)
        note(1, after: 20)
        #expect(taken(after: 9) == [])
        #expect(taken(after: 20) == [#"21 ["a20"] default"#])
        note(3, after: 21)
        #expect(taken(after: 24) == [])
        note(3, after: 24)
        appended.removeAll()
        #expect(taken(after: 24) == [])
        note(40_000, after: 24)
        note(40_000, after: 40_024)
        #expect(taken(after: 24) == [])
        #expect(taken(after: 40_024).count == 40_000)
    }
}
#endif
