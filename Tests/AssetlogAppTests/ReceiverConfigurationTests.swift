import AssetlogCore
import AssetlogStandardPlugins
import Testing

@testable import AssetlogApp

@Suite("Receivers in the configuration")
struct ReceiverConfigurationTests {
    private struct Nothing: Receiver {
        func read(_ element: ReceivedElement, found: [EventID: Event]) -> ReceivedReading { ReceivedReading() }
    }

    private static let words = ConfigurationKey.required("words", .text, "What it takes.")

    private static func plugin(_ name: String, at paths: [String], isOnByDefault: Bool = true) -> ReceiverPlugin {
        ReceiverPlugin(
            name: name, summary: "Takes something.", stability: .development, isOnByDefault: isOnByDefault,
            keys: isOnByDefault ? [] : [words],
            configure: { configuration in
                if !isOnByDefault { _ = try configuration[words] }
                return ReceiverSetup(routes: paths.map { ReceiverRoute($0) }, receiver: Nothing())
            })
    }

    private func receivers(_ yaml: String, _ plugins: PluginList) throws -> [String] {
        try ConfigurationFixture.resolve("storage: { type: memory }\n\(yaml)", plugins: plugins).server.receivers.map(\.name)
    }

    private func plugins(_ receivers: ReceiverPlugin...) -> PluginList {
        receivers.reduce(PluginList(storages: PluginList.standard.storages)) { $0.adding($1) }
    }

    @Test("are on by default, unless their plugin says otherwise")
    func defaults() throws {
        let both = plugins(Self.plugin("a", at: ["/api/v1/a"]), Self.plugin("b", at: ["/api/v1/b"], isOnByDefault: false))
        #expect(try receivers("", both) == ["a"])
        #expect(try receivers("receivers: { a: { enabled: false } }", both) == [])
        #expect(try receivers("receivers: { b: { enabled: true, words: x } }", both) == ["a", "b"])
        // What is off may miss what is required.
        #expect(try receivers("receivers: { b: { enabled: false } }", both) == ["a"])
    }

    @Test(
        "are refused with a sentence",
        arguments: [
            ("receivers: { a: { enabled: maybe } }", "receivers.a.enabled"),
            ("receivers: { a: { enable: false } }", "did you mean receivers.a.enabled?"),
            ("receivers: { b: { enabled: true } }", "receivers.b.words is required but missing"),
            ("receivers: { c: { enabled: true } }", "receivers.c"),
        ])
    func mistakes(_ yaml: String, _ sentence: String) throws {
        let both = plugins(Self.plugin("a", at: ["/api/v1/a"]), Self.plugin("b", at: ["/api/v1/b"], isOnByDefault: false))
        let error = try #require(throws: ConfigurationErrors.self) { try receivers(yaml, both) }
        #expect(error.sentences.joined().contains(sentence), "\(error.sentences)")
    }

    @Test("can't have one path together, nor one that the server has")
    func paths() throws {
        let twice = plugins(Self.plugin("a", at: ["/api/v1/x"]), Self.plugin("b", at: ["/api/v1/x"]))
        let same = try #require(throws: ConfigurationErrors.self) { try receivers("", twice) }
        #expect(same.sentences.joined().contains("receivers.b takes requests at /api/v1/x, as receivers.a does"), "\(same.sentences)")
        #expect(try receivers("receivers: { a: { enabled: false } }", twice) == ["b"])
        let own = try #require(throws: ConfigurationErrors.self) { try receivers("", plugins(Self.plugin("a", at: ["/api/v1/events/x"]))) }
        #expect(own.sentences.joined().contains("which is below /api/v1/events, which the server has itself"), "\(own.sentences)")
        let named = try #require(throws: ConfigurationErrors.self) {
            try receivers("", plugins(Self.plugin("a", at: ["/api/v1/a"]), Self.plugin("a", at: ["/api/v1/b"])))
        }
        #expect(named.sentences.joined().contains("two receivers named \"a\""), "\(named.sentences)")
    }
}
