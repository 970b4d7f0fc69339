import AssetlogCore
import Testing

@Suite("A value that is set once")
struct OneShotTests {
    @Test("is what was set first, before or after tasks wait for it")
    func firstWins() async {
        let value = OneShot<Int>()
        #expect(!value.isSet)
        async let early = value.value()
        #expect(value.set(1))
        #expect(!value.set(2))
        #expect(value.isSet)
        #expect(await early == 1)
        #expect(await value.value() == 1)
    }

    @Test("lets all tasks continue that wait for it")
    func manyWait() async {
        let value = OneShot<String>()
        await withTaskGroup(of: String.self) { group in
            for _ in 0..<20 { group.addTask { await value.value() } }
            group.addTask {
                value.set("set")
                return "set"
            }
            for await seen in group { #expect(seen == "set") }
        }
    }

    @Test("is waited for by a task that was cancelled as well")
    func ignoresCancellation() async {
        let value = OneShot<Int>()
        let task = Task { await value.value() }
        task.cancel()
        value.set(3)
        #expect(await task.value == 3)
    }

    @Test("is another one when nobody has set it in time, and stays that")
    func isBounded() async {
        let value = OneShot<Int>()
        #expect(await value.value(within: .milliseconds(1), otherwise: -1) == -1)
        #expect(!value.set(4))
        #expect(await value.value(within: .seconds(3600), otherwise: 5) == -1)
    }
}
