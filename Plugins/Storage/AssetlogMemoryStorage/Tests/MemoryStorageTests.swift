import AssetlogCore
import AssetlogMemoryStorage
import AssetlogTesting
import Logging
import Testing

@Suite("The storage in memory")
struct MemoryStorageTests {
    /// Opens a storage as a server does, by its plugin.
    private static func open(_ values: [String: [String]] = [:]) async throws -> any Storage {
        let configuration = try PluginConfiguration(
            section: "storage.memory", keys: StoragePlugin.memory.keys, values: values, directory: "/", dataDirectory: "/")
        let context = PluginContext(name: "memory", logger: Logger(label: "test"))
        return try await StoragePlugin.memory.configure(configuration).open(context)
    }

    @Test("keeps the contract of a storage", arguments: StorageConformance.cases)
    func conforms(to conformance: ConformanceCase<StorageSubject>) async throws {
        let subject = StorageSubject {
            StorageLocation(open: { try await Self.open() }, forgets: "it keeps nothing beyond its close, by design")
        }
        if case .skipped(let reason) = try await conformance.run(on: subject) { try Test.cancel("\(reason)") }
    }

    @Test("keeps the contract of a storage that can remove events", arguments: RetentionConformance.cases)
    func removes(_ conformance: ConformanceCase<StorageSubject>) async throws {
        let subject = StorageSubject {
            StorageLocation(open: { try await Self.open() }, forgets: "it keeps nothing beyond its close, by design")
        }
        if case .skipped(let reason) = try await conformance.run(on: subject) { try Test.cancel("\(reason)") }
    }

    private func event() -> Event {
        var generator = EventIDGenerator()
        return Event(
            id: generator.next(at: .now()), kind: .check, assetKey: AssetKey(["a"]), timestamp: .now(),
            receivedAt: .now())
    }

    @Test("refuses a whole batch when it would exceed its maximum, and continues with what fits")
    func full() async throws {
        let storage = try await Self.open(["maximum_events": ["3"]])
        _ = try storage.append(EventBatch([event(), event()]))
        #expect(throws: StorageError.self) { try storage.append(EventBatch([event(), event()])) }
        #expect(try await storage.statistics().events == 2)
        #expect(try storage.append(EventBatch([event()])).sequences == 3...3)
        await storage.close()
    }

    @Test("refuses a maximum that fits no event, by the key's name", arguments: ["0", "-1"])
    func tooSmall(_ maximum: String) async throws {
        let error = await #expect(throws: ConfigurationError.self) {
            _ = try await Self.open(["maximum_events": [maximum]])
        }
        #expect("\(try #require(error))".contains("storage.memory.maximum_events"))
    }

    @Test("refuses a misspelt key and names the right one")
    func misspelt() async throws {
        let error = await #expect(throws: ConfigurationError.self) { _ = try await Self.open(["maximum_event": ["5"]]) }
        #expect("\(try #require(error))".contains("maximum_events"))
    }
}
