import AssetlogObservation
import Testing

@testable import AssetlogApp

@Suite("Giving freed memory back")
struct TrimScheduleTests {
    private static let program = 80 << 20

    /// The server's memory at a moment: what the budget counts, and what else the process has beyond the program.
    struct Moment: Sendable {
        var counted = 0
        var others = 0
    }

    /// Whether memory is given back at each of the moments, and, if so, whether all of what is not counted goes then.
    private static func decisions(_ moments: [Moment], isFree: Bool = true) -> [Bool] {
        var schedule = TrimSchedule()
        // The program by itself, for a while.
        for _ in 0...TrimSchedule.pause { _ = schedule.check(resident: program, counted: 0) }
        return moments.map { moment in
            let resident = program + moment.counted + moment.others
            let isDue = schedule.check(resident: resident, counted: moment.counted)
            if isDue { schedule.hasTrimmed(resident: isFree ? program + moment.counted : resident, counted: moment.counted) }
            return isDue
        }
    }

    @Test(
        "is due when the process has grown by more than the budget counts",
        arguments: [(held: 0, others: 33, true), (200, 33, true), (200, 31, false), (0, 0, false)])
    func growth(held: Int, others: Int, isDue: Bool) {
        #expect(Self.decisions([Moment(counted: held << 20, others: others << 20)]) == [isDue])
    }

    @Test("is due when much of what was counted was released, once")
    func release() {
        let moments = [Moment(counted: 200 << 20)] + [Moment](repeating: Moment(), count: 9)
        #expect(Self.decisions(moments) == [false, true] + [Bool](repeating: false, count: 8))
    }

    @Test("takes for used what stays")
    func inVain() {
        let moments = [Moment](repeating: Moment(others: 64 << 20), count: 20)
        #expect(Self.decisions(moments, isFree: false) == [true] + [Bool](repeating: false, count: 19))
    }

    @Test("waits a while before it is done again")
    func pause() {
        let moments = [Moment](repeating: Moment(others: 64 << 20), count: 2 * TrimSchedule.pause)
        let due = Self.decisions(moments).indices.filter { Self.decisions(moments)[$0] }
        #expect(due == [0, TrimSchedule.pause])
    }

    #if canImport(Glibc)
    @Test("gives back what is free between blocks that are in use")
    func trim() throws {
        let size = 64 << 10
        // Too small to be mapped by themselves; every second one stays.
        let blocks = (0..<4096).map { _ in
            UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
        }
        for block in blocks { block.initializeMemory(as: UInt8.self, repeating: 1) }
        for index in stride(from: 0, to: blocks.count, by: 2) { blocks[index].deallocate() }
        let before = try #require(ProcessMetrics.residentBytes)
        Allocator.trim()
        let after = try #require(ProcessMetrics.residentBytes)
        for index in stride(from: 1, to: blocks.count, by: 2) { blocks[index].deallocate() }
        // Of 128 MiB; other tests take memory meanwhile.
        #expect(before - after > 64 << 20)
    }
    #endif
}
