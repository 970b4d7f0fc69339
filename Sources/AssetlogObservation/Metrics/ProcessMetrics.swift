#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What the operating system tells of this process, under the names that Prometheus' own client libraries use.
///
/// Read from `/proc` at each scrape; where there is none, the families have no samples.
public enum ProcessMetrics {
    /// Adds the families.
    public static func register(in registry: MetricsRegistry) {
        let startTime = ProcessStatus.read().flatMap { status in
            bootTime().map { $0 + Double(status.startTicks) / ticksPerSecond }
        }
        for (family, value) in fromStatus {
            registry.register(family) { samples(ProcessStatus.read().map(value)) }
        }
        registry.register(startFamily) { samples(startTime.map { .number($0) }) }
        registry.register(openFilesFamily) { samples(openFiles().map { .integer($0) }) }
        registry.register(maximumFilesFamily) { samples(maximumFiles().map { .number($0) }) }
    }

    /// The memory of the process that is in use or was not given back to the system, in bytes; nil: the system does not tell.
    package static var residentBytes: Int? { ProcessStatus.read().map { $0.residentPages * pageSize } }

    private typealias Value = @Sendable (ProcessStatus) -> MetricSample.Value

    private static let fromStatus: [(MetricFamily, Value)] = [
        (
            MetricFamily(
                "process_cpu_seconds", .counter, unit: .seconds, help: "Total user and system CPU time spent in seconds."),
            { .number(Double($0.cpuTicks) / ticksPerSecond) }
        ),
        (
            MetricFamily("process_resident_memory_bytes", .gauge, unit: .bytes, help: "Resident memory size in bytes."),
            { .integer($0.residentPages * pageSize) }
        ),
        (
            MetricFamily("process_virtual_memory_bytes", .gauge, unit: .bytes, help: "Virtual memory size in bytes."),
            { .integer($0.virtualBytes) }
        ),
        (
            MetricFamily("process_threads", .gauge, help: "Number of operating system threads."),
            { .integer($0.threads) }
        ),
    ]

    private static let startFamily = MetricFamily(
        "process_start_time_seconds", .gauge, unit: .seconds,
        help: "Start time of the process since the Unix epoch in seconds.")
    private static let openFilesFamily = MetricFamily("process_open_fds", .gauge, help: "Number of open file descriptors.")
    private static let maximumFilesFamily = MetricFamily(
        "process_max_fds", .gauge, help: "Maximum number of open file descriptors.")

    private static let ticksPerSecond = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
    private static let pageSize = max(1, sysconf(Int32(_SC_PAGESIZE)))

    private static func samples(_ value: MetricSample.Value?) -> [MetricSample] {
        value.map { [MetricSample(.none, $0)] } ?? []
    }

    private static func bootTime() -> Double? {
        let text = SystemFile.text("/proc/stat")
        let line = text?.split(separator: "\n").first { $0.hasPrefix("btime ") }
        return line.flatMap { Double($0.dropFirst("btime ".count)) }
    }

    // Of this directory Linux tells the number of entries as its size since 6.2; before that they are counted.
    private static func openFiles() -> Int? {
        var status = stat()
        guard stat("/proc/self/fd", &status) == 0 else { return nil }
        if status.st_size > 0 { return Int(status.st_size) }
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        // Not `.`, not `..`, and not the directory itself, which is open for the counting.
        return max(0, count - 3)
    }

    private static func maximumFiles() -> Double? {
        var limit = rlimit()
        #if canImport(Glibc)
        let status = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        #else
        let status = getrlimit(RLIMIT_NOFILE, &limit)
        #endif
        guard status == 0 else { return nil }
        return limit.rlim_cur > rlim_t(Int.max) ? .infinity : Double(limit.rlim_cur)
    }
}

/// The fields of `/proc/self/stat` (proc_pid_stat(5)) that are reported.
struct ProcessStatus: Equatable {
    var cpuTicks: Int
    var threads: Int
    var startTicks: Int
    var virtualBytes: Int
    var residentPages: Int

    static func read() -> ProcessStatus? {
        SystemFile.text("/proc/self/stat").flatMap(ProcessStatus.init)
    }
}

extension ProcessStatus {
    /// Reads the line; nil when it is not one.
    init?(_ line: String) {
        // The name of the program stands in parentheses and may hold anything, blanks and parentheses too.
        guard let end = line.lastIndex(of: ")") else { return nil }
        let fields = line[line.index(after: end)...].split { $0 == " " || $0 == "\n" }
        func number(_ field: Int) -> Int? {
            // The first field behind the name is the third.
            fields.indices.contains(field - 3) ? Int(fields[field - 3]) : nil
        }
        guard let user = number(14), let system = number(15), let threads = number(20), let start = number(22),
            let virtual = number(23), let resident = number(24)
        else { return nil }
        self.init(
            cpuTicks: user + system, threads: threads, startTicks: start, virtualBytes: virtual, residentPages: resident)
    }
}

/// Small files that the kernel makes up.
private enum SystemFile {
    static func text(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while bytes.count < 4 << 20 {
            let count = read(descriptor, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes.append(contentsOf: part[..<count])
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
