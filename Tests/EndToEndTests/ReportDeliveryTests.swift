import Foundation
import Synchronization
import Testing

/// Reports while the server comes and goes, and while the reporters themselves are killed.
@Suite("Reports to a server that comes and goes", .serialized)
struct ReportDeliveryTests {
    private static let assets = ["a", "b", "c", "d"]

    private static func inBackground(_ body: @escaping @Sendable () throws -> Void) -> DispatchGroup {
        let group = DispatchGroup()
        group.enter()
        Thread.detachNewThread {
            do { try body() } catch { Issue.record(error) }
            group.leave()
        }
        return group
    }

    @Test("are all recorded, in order for each asset, none twice")
    func comesAndGoes() throws {
        let fixture = try ReportFixture()
        // Scripts/test long runs it with 1000.
        let count = (ProcessInfo.processInfo.environment["ASSETLOG_REPORTS"].flatMap { Int($0) } ?? 200) / Self.assets.count
        let done = Mutex(0)
        let waits = Mutex(0)
        let reporters = Self.assets.map { asset in
            Self.inBackground {
                for number in 0..<count {
                    let result = try fixture.report("materialization", asset, "--description", "\(number)", "--timeout", "100ms")
                    #expect(result.status == 0, "\(result.errors)")
                    if result.errors.contains("waits in") { waits.withLock { $0 += 1 } }
                    done.withLock { $0 += 1 }
                }
            }
        }
        // Ten times away, ten times there: half of the reports each.
        let total = count * Self.assets.count
        for turn in 0..<20 {
            let server = turn % 2 == 1 ? try fixture.start() : nil
            while done.withLock({ $0 }) < total * (turn + 1) / 20 { usleep(5000) }
            if let server { #expect(server.stop() == 0) }
        }
        for reporter in reporters { reporter.wait() }
        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        let flushed = try fixture.report("flush")
        #expect(flushed.status == 0, "\(flushed.output)\(flushed.errors)")
        let numbers = try fixture.numbers()
        #expect(numbers == Dictionary(uniqueKeysWithValues: Self.assets.map { ($0, Array(0..<count)) }))
        #expect(waits.withLock { $0 } > 0)
        #expect(fixture.files("waiting").isEmpty && fixture.files("refused").isEmpty)
        print("\(total) reports, \(waits.withLock { $0 }) of them kept in the spool first")
    }

    @Test("survive kills of those who write to the spool")
    func killedWriters() throws {
        let fixture = try ReportFixture()
        var acknowledged: [Int] = []
        for number in 0..<40 {
            let process = try fixture.process(["observation", "a", "--description", "\(number)", "--timeout", "1ms"])
            // From before it has begun until after it has ended.
            usleep(UInt32(number) * 3000)
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit(within: 300)
            if process.terminationReason == .exit, process.terminationStatus == 0 { acknowledged.append(number) }
        }
        // One at least comes to its end.
        #expect(try fixture.report("observation", "a", "--description", "40", "--timeout", "1ms").status == 0)
        acknowledged.append(40)
        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        let flushed = try fixture.report("flush")
        #expect(flushed.status == 0, "\(flushed.output)\(flushed.errors)")
        #expect(flushed.output.contains(" 0 refused, 0 damaged, 0 waiting."))
        let recorded = try fixture.numbers()["a"] ?? []
        #expect(recorded == recorded.sorted() && Set(recorded).count == recorded.count)
        #expect(Set(acknowledged).isSubset(of: recorded))
    }

    @Test("survive kills of those who deliver, and of the server")
    func killedDeliverers() throws {
        let fixture = try ReportFixture()
        let count = 60
        for number in 0..<count {
            try fixture.report("observation", "a\(number % 3)", "--description", "\(number)", "--timeout", "1ms")
        }
        #expect(fixture.files("waiting").count == count)
        for turn in 0..<12 {
            let server = try fixture.start()
            let process = try fixture.process(["flush", "--timeout", "5s"])
            usleep(UInt32(20_000 + turn * 15_000))
            if turn % 2 == 0 {
                kill(process.processIdentifier, SIGKILL)
                process.waitUntilExit(within: 300)
                #expect(server.stop() == 0)
            } else {
                server.kill()
                kill(process.processIdentifier, SIGKILL)
                process.waitUntilExit(within: 300)
            }
        }
        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        #expect(try fixture.report("flush").status == 0)
        for (asset, numbers) in try fixture.numbers() {
            let expected = (0..<count).filter { "a\($0 % 3)" == asset }
            // A caller that is killed between a commit and its answer is known again by the report's identity.
            #expect(numbers == expected)
        }
        #expect(fixture.files("waiting").isEmpty && fixture.files("refused").isEmpty)
    }

    @Test("are recorded once, however often they are sent with one identity")
    func sameIdentity() throws {
        let fixture = try ReportFixture()
        let id = ["--id", "0193b0a0-1111-7222-8333-444444444444"]
        // Made and kept while the server is away, and made once more: the times of both differ, the events do not.
        try fixture.report("observation", "a", "--description", "1", id[0], id[1], "--timeout", "1ms")
        try fixture.report("observation", "a", "--description", "1", id[0], id[1], "--timeout", "1ms")
        let server = try fixture.start()
        defer { #expect(server.stop() == 0) }
        #expect(try fixture.report("observation", "a", "--description", "1", id[0], id[1]).status == 0)
        #expect(try fixture.numbers() == ["a": [1]])
        let other = try fixture.report("observation", "a", "--description", "2", id[0], id[1])
        #expect(other.status == 1)
        #expect(other.errors.contains("422"), "\(other.errors)")
        #expect(try fixture.numbers() == ["a": [1]])
    }
}
