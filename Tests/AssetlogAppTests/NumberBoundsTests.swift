import AssetlogCore
import AssetlogStandardPlugins
import Testing

@testable import AssetlogApp

/// No number that an operator can write stops the program: it is taken, or refused by its key.
@Suite("Every number of the configuration")
struct NumberBoundsTests {
    /// A key with a number, and what else must be said for it to count.
    struct Number: CustomTestStringConvertible, Sendable {
        var path: String
        var isDuration = false
        var testDescription: String { path }
    }

    static let numbers = schema.entries.compactMap { entry -> Number? in
        switch entry.key.kind {
        case .integer, .bytes: Number(path: entry.path)
        case .duration: Number(path: entry.path, isDuration: true)
        default: nil
        }
    }

    private static var schema: ConfigurationSchema {
        let plugins = PluginList.standard
        return ConfigurationSchema(plugins: plugins, exporters: plugins.exporters.map { (name: "e_\($0.name)", plugin: $0) })
    }

    private static func mistakes(_ number: Number, _ value: String) -> [String] {
        var flags = [number.path: value]
        let parts = number.path.split(separator: ".").map(String.init)
        if parts[0] == "storage", parts[1] != "type" { flags["storage.type"] = parts[1] }
        if parts[1] == "postgres" { flags["storage.postgres.url"] = "postgresql://h/d" }
        if parts[0] == "exporters" {
            let plugin = PluginList.standard.exporters.first { "e_\($0.name)" == parts[1] }
            flags["exporters.\(parts[1]).type"] = plugin?.name
            for key in plugin?.keys ?? [] where key.isRequired || key.example != nil {
                flags["exporters.\(parts[1]).\(key.name)"] = key.example ?? "/x"
            }
        }
        return ConfigurationFixture.mistakes(flags: flags, plugins: .standard)
    }

    @Test("is there to be tried")
    func complete() {
        #expect(Self.numbers.count >= 28)
        for path in ["server.event_loops", "server.limits.body_bytes", "server.shutdown_grace"] {
            #expect(Self.numbers.contains { $0.path == path })
        }
    }

    @Test("has an upper bound, and the refusal names the key", arguments: numbers)
    func tooLarge(_ number: Number) {
        let values = number.isDuration ? ["101y", "9223372036854775807s"] : ["9223372036854775807", "1000000000000000000"]
        for value in values + ["99999999999999999999999"] {
            let mistakes = Self.mistakes(number, value)
            #expect(mistakes.count == 1 && mistakes.first?.hasPrefix("--set: \(number.path) ") == true, "\(value): \(mistakes)")
        }
    }

    @Test("is no share of the memory that is larger than the whole", arguments: ["buffered_body_bytes", "answer_bytes"])
    func shares(name: String) {
        let key = "server.limits.\(name)"
        func mistakes(_ value: String?, of memory: String) -> [String] {
            let share = value.map { [key: $0] } ?? [:]
            return ConfigurationFixture.mistakes(
                flags: share.merging(["server.limits.memory_bytes": memory, "server.limits.queue_bytes": "1MiB"]) { $1 })
        }
        #expect(
            mistakes("101MiB", of: "100MiB") == [
                "--set: \(key) must be at most limits.memory_bytes, which is 104857600: it is a share of that"
            ])
        #expect(mistakes("100MiB", of: "100MiB") == [])
        // The default is larger than that.
        #expect(mistakes(nil, of: "32MiB") == [])
    }

    @Test("refuses what is below zero", arguments: numbers)
    func negative(_ number: Number) {
        for value in ["-1", "-9223372036854775808"] {
            let mistakes = Self.mistakes(number, number.isDuration ? "\(value)s" : value)
            #expect(mistakes.count == 1 && mistakes.first?.hasPrefix("--set: \(number.path) ") == true, "\(value): \(mistakes)")
        }
    }
}
