import AssetlogCore
import AssetlogLog
import AssetlogObservation
import Logging

/// Gives freed memory back to the system while a server runs, as ``TrimSchedule`` says.
struct MemoryTrimmer {
    private static let interval = Duration.milliseconds(500)

    let memory: ServerMemory
    let log: EventLog
    let logger: Logger
    private let thread = BlockingPool("memory")

    init(memory: ServerMemory, log: EventLog, logger: Logger) {
        self.memory = memory
        self.log = log
        self.logger = logger
    }

    /// Looks twice a second, until the task is cancelled.
    func run() async {
        var schedule = TrimSchedule()
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.interval)
            schedule = (try? await thread.run { [self, schedule] in next(schedule) }) ?? schedule
        }
    }

    private func next(_ schedule: TrimSchedule) -> TrimSchedule {
        var schedule = schedule
        guard let resident = ProcessMetrics.residentBytes, schedule.check(resident: resident, counted: counted) else {
            return schedule
        }
        let duration = ContinuousClock().measure { Allocator.trim() }
        let left = ProcessMetrics.residentBytes ?? resident
        schedule.hasTrimmed(resident: left, counted: counted)
        logger.debug(
            "Freed memory was given back to the system.",
            metadata: ["resident.bytes": "\(left)", "returned.bytes": "\(resident - left)", "duration": "\(duration)"])
        return schedule
    }

    private var counted: Int { memory.usedBytes + log.queue.bytes }
}
