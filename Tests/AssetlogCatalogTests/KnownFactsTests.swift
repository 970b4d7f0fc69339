#if Catalog
import AssetlogCore
import Testing

@testable import AssetlogCatalog

@Suite("What a run of retention remembers of assets")
struct KnownFactsTests {
    private func facts(needed: Int64) -> AssetRetention.Facts {
        AssetRetention.Facts(firstOfLast: [:], stays: (Set(0..<needed), Corrections()))
    }

    private func name(_ part: String) -> AssetName { AssetName(AssetKey([part]), in: "") }

    @Test("is what was set last")
    func remembers() {
        var known = KnownFacts()
        known[name("a")] = facts(needed: 2)
        known[name("a")] = facts(needed: 3)
        known[name("b")] = AssetRetention.Facts(firstOfLast: [.check: 7])
        #expect(known[name("a")]?.stays?.needed.count == 3)
        #expect(known[name("b")]?.firstOfLast == [.check: 7])
        #expect(known[name("b")]?.stays == nil)
        known[name("a")] = nil
        #expect(known[name("a")] == nil)
    }

    @Test("is bounded: what there is no room for is forgotten, and what goes makes room")
    func isBounded() {
        var known = KnownFacts(capacity: 10)
        known[name("a")] = facts(needed: 5)
        known[name("b")] = facts(needed: 4)
        #expect(known[name("b")] == nil)
        known[name("b")] = facts(needed: 3)
        #expect(known[name("b")] != nil)
        known[name("a")] = facts(needed: 6)
        #expect(known[name("a")] == nil)
        known[name("b")] = facts(needed: 9)
        #expect(known[name("b")]?.stays?.needed.count == 9)
    }
}
#endif
