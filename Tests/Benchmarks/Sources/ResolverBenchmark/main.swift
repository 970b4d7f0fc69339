import AssetlogCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

// Nanoseconds per event of the resolvers, medians over interleaved rounds:
//   swift run -c release --package-path Tests/Benchmarks ResolverBenchmark [ROUNDS [NAME]]
// On a shared machine only the ratios of one run mean something.

private struct Subject {
    var name: String
    /// Resolves so many events; returns a number that depends on all of them.
    var run: (Int) -> Int
}

private func report(_ body: String, _ resolver: ParameterResolver) -> (Int) -> Int {
    let (path, type, body) = (Array("warehouse/orders".utf8), Array("application/json".utf8), Array(body.utf8))
    return { count in
        path.withUnsafeBytes { path in
            type.withUnsafeBytes { type in
                body.withUnsafeBytes { body in
                    let request = ReportRequest(
                        endpoint: .materialization, keyPath: path, query: nil, contentType: type, body: body)
                    return (0..<count).reduce(0) { sum, _ in
                        sum &+ ((try? resolver.resolve(request, authorize: { _ in true }) { $0.details.count }) ?? 0)
                    }
                }
            }
        }
    }
}

private func submit(_ item: String) -> (Int) -> Int {
    let (item, resolver, now) = (Array(item.utf8), EventResolver(), Timestamp(microseconds: 1_795_521_600_000_000))
    func use(_ events: borrowing ResolvedEvents) -> Int { events.count &+ events.details.count }
    return { count in
        item.withUnsafeBytes { item in
            (0..<count).reduce(0) { sum, _ in
                sum &+ ((try? resolver.resolve(item, deployment: "default", receivedAt: now, authorize: { _, _ in true }, use)) ?? 0)
            }
        }
    }
}

private let body =
    #""partition":"2026-11-23","metadata":{"rows":10,"source":"s3://bucket/orders/2026-11-23.parquet","ratio":0.973},"data_version":"1.1.1""#
private let start = #"{"kind":"materialization","asset_key":["warehouse","orders"],"#
private let id = #","event_id":"0193b0a0-1111-7222-8333-444444444444","timestamp":"2026-11-23T19:00:00.123456Z""#
private let typed =
    #""metadata":{"rows":{"raw_value":10,"type":"int"},"source":{"raw_value":"s3://bucket/orders.parquet","type":"path"},"ratio":{"type":"float","value":0.973}}}"#

private let chosen = CommandLine.arguments.dropFirst(2).first
private let subjects = [
    Subject(name: "report", run: report("{\(body)}", ParameterResolver())),
    Subject(name: "item, the same fields", run: submit("\(start)\(body)}")),
    Subject(name: "item with identity and time", run: submit("\(start)\(body)\(id)}")),
    Subject(name: "item with typed metadata", run: submit(start + typed)),
    Subject(name: "item with tags", run: submit("\(start)\"tags\":{\"team\":\"data\",\"run\":\"7\"},\(body)}")),
    Subject(
        name: "item with 1,000 partitions, each",
        run: { submit(#"\#(start)"partitions":{"from":"2024-01-01","to":"2026-09-26","every":"day"}}"#)(max($0 / 1000, 1)) }),
].filter { chosen == nil || $0.name == chosen }

// The process's own time, which other processes do not lengthen by waiting.
private func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

private let rounds = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 9
private let count = 100_000
private var times = [[Double]](repeating: [], count: subjects.count)
private var checksum = 0
for _ in 0..<max(rounds, 1) {
    for (index, subject) in subjects.enumerated() {
        let start = processorTime()
        checksum &+= subject.run(count)
        times[index].append((processorTime() - start) / Double(count))
    }
}
private let medians = times.map { $0.sorted()[$0.count / 2] }
for (subject, median) in zip(subjects, medians) {
    print("\(subject.name): \(Int(median.rounded())) ns, \(((median / medians[0]) * 100).rounded() / 100) of a report")
}
print("checksum \(checksum)")
