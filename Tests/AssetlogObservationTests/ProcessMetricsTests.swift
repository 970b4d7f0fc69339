import Testing

@testable import AssetlogObservation

@Suite("What the operating system tells of the process")
struct ProcessMetricsTests {
    @Test("The name of a program may hold anything", arguments: ["assetlog", "a) R 1 2 (b", "", "x\ny"])
    func names(_ name: String) {
        let line = "7 (\(name)) S 1 7 7 0 -1 4194560 1 0 0 0 150 50 0 0 20 0 9 0 12345 4096000 250 18446744073709551615 1\n"
        #expect(
            ProcessStatus(line)
                == ProcessStatus(cpuTicks: 200, threads: 9, startTicks: 12345, virtualBytes: 4_096_000, residentPages: 250))
    }

    @Test("Anything else is no status", arguments: ["", "7 (x", "7 (x) S 1 2 3", "7 (x) S a a a a a a a a a a a a a a a a a a a a a a"])
    func rubbish(_ line: String) {
        #expect(ProcessStatus(line) == nil)
    }

    #if os(Linux)
    @Test("Each family has one number, and a sound one")
    func samples() throws {
        let registry = MetricsRegistry()
        ProcessMetrics.register(in: registry)
        var values: [String: Double] = [:]
        for line in registry.render(.prometheusText).split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: " ")
            values[String(parts[0])] = Double(parts[1])
        }
        #expect(values.count == 7)
        #expect(try #require(values["process_cpu_seconds_total"]) >= 0)
        #expect(try #require(values["process_resident_memory_bytes"]) > 1e6)
        #expect(try #require(values["process_virtual_memory_bytes"]) > 1e6)
        #expect(try #require(values["process_threads"]) >= 1)
        #expect(try #require(values["process_open_fds"]) >= 3)
        #expect(try #require(values["process_max_fds"]) >= 3)
        #expect(try #require(values["process_start_time_seconds"]) > 1_700_000_000)
    }
    #endif
}
