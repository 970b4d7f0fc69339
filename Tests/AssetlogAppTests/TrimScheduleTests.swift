import AssetlogObservation
import Testing

@testable import AssetlogApp

@Suite("Giving freed memory back")
struct TrimScheduleTests {
    private static let program = 80 << 20

    /// A schedule that has seen the program by itself, a while ago.
    private static func schedule() -> TrimSchedule {
        var schedule = TrimSchedule()
        for _ in 0...TrimSchedule.pause { #expect(!schedule.check(resident: program, counted: 0)) }
        return schedule
    }

    @Test(
        "is due when the process has grown by more than the budget counts",
        arguments: [(held: 0, free: 33 << 20, true), (200 << 20, 33 << 20, true), (200 << 20, 31 << 20, false), (0, 0, false)])
    func growth(held: Int, free: Int, isDue: Bool) {
        var schedule = Self.schedule()
        #expect(schedule.check(resident: Self.program + held + free, counted: held) == isDue)
    }

    @Test("is due when much of what was counted was released, once")
    func release() {
        var schedule = Self.schedule()
        #expect(!schedule.check(resident: Self.program + 200 << 20, counted: 200 << 20))
        #expect(schedule.check(resident: Self.program, counted: 0))
        schedule.hasTrimmed(resident: Self.program, counted: 0)
        for _ in 0..<10 { #expect(!schedule.check(resident: Self.program, counted: 0)) }
    }

    @Test("waits a while before it is tried again, and takes what it left for used")
    func inVain() {
        var schedule = Self.schedule()
        let grown = Self.program + 2 * TrimSchedule.slack
        #expect(schedule.check(resident: grown, counted: 0))
        schedule.hasTrimmed(resident: grown, counted: 0)
        for _ in 0..<10 { #expect(!schedule.check(resident: grown + TrimSchedule.slack / 2, counted: 0)) }
        #expect(schedule.check(resident: grown + 2 * TrimSchedule.slack, counted: 0))
        schedule.hasTrimmed(resident: grown, counted: 0)
        let checks = (0..<TrimSchedule.pause).map { _ in schedule.check(resident: grown + 2 * TrimSchedule.slack, counted: 0) }
        #expect(checks == [false, false, false, true])
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
