import AssetlogCore
import Testing

/// The expected hashes were made with `openssl mac … SIPHASH` of the words that the code says it takes.
@Suite struct EventIdentityTests {
    static let id = EventID("0193b0a0-1111-7222-8333-444444444444")!

    @Test("The identities of an item's events and of a request's items follow from its own")
    func derived() {
        #expect(Self.id.expanded(at: 0) == Self.id)
        #expect(Self.id.expanded(at: 1).description == "0b9fd3eb-21de-8873-b5bc-bebe00812afa")
        #expect(Self.id.expanded(at: 2).description == "82ef4f9b-d4c5-84d3-90a4-4af4490861a8")
        #expect(Self.id.expanded(at: 9999).description == "38b76573-6f31-805e-b7fe-73d479cff901")
        #expect(Self.id.item(at: 0).description == "92a75e70-dae1-8d57-812f-ffa19aee5126")
        #expect(Self.id.item(at: 1).description == "467455a7-0730-8735-9e5f-cf3d2e457480")
    }

    @Test("What another program names with several texts has an identity of its own, wherever one text ends")
    func foreign() {
        #expect(EventID(foreign: ["dbt", "a", "b"]).description == "38904c8b-78fb-8482-a178-ab898f5772c0")
        #expect(EventID(foreign: ["dbt", "ab", ""]).description == "a0a936e7-0c4a-8cb7-94c3-e293a01ff48a")
        #expect(EventID(foreign: ["dbt", "ab"]).description == "0e024c9b-6201-8890-9035-3d3adb75a8ce")
        #expect(EventID(foreign: []).description == "7495ca8b-cdeb-8493-ab5a-25f4bd99ab80")
    }

    @Test("Derived identities are UUIDs of version 8, and no two are the same")
    func distinct() {
        var all: Set<EventID> = []
        for index in 1...10_000 {
            for id in [Self.id.expanded(at: index), Self.id.item(at: index), Self.id.item(at: index).expanded(at: index)] {
                #expect(id.high >> 12 & 0xf == 8)
                #expect(id.low >> 62 == 2)
                all.insert(id)
            }
        }
        #expect(all.count == 30_000)
    }

    @Test(
        "An idempotency key is its own identity where it is a UUID, and has one per deployment where it is not",
        arguments: [
            ("0193B0A0-1111-7222-8333-444444444444", "default", "0193b0a0-1111-7222-8333-444444444444"),
            ("0193b0a0-1111-7222-8333-444444444444", "prod", "0193b0a0-1111-7222-8333-444444444444"),
            ("orders-2026-11-23", "default", "e1b12a35-a6dc-8ab3-8dfc-e0294512bfbc"),
            ("orders-2026-11-23", "prod", "de1b4909-0c9d-8751-ad32-16f855565b66"),
            ("", "default", "18081527-2113-80d5-aa79-3ecd2e96a7d7"),
        ])
    func keys(key: String, deployment: String, id: String) {
        let made = Array(key.utf8).withUnsafeBytes { EventID(idempotencyKey: $0, deployment: deployment, caller: nil) }
        #expect(made.description == id)
    }

    @Test("A caller's keys are his own, UUIDs too, and no text of a name and a deployment is another's")
    func callers() {
        func id(_ caller: String?, _ deployment: String, _ key: String) -> EventID {
            Array(key.utf8).withUnsafeBytes { EventID(idempotencyKey: $0, deployment: deployment, caller: caller) }
        }
        let keys = ["k", "0193b0a0-1111-7222-8333-444444444444", "ak", ""]
        var ids: Set<EventID> = []
        for caller in [nil, "a", "b", "ab", ""] {
            for deployment in ["a", "ab", "b", ""] {
                for key in keys where key.count != 36 || caller != nil { ids.insert(id(caller, deployment, key)) }
            }
        }
        #expect(ids.count == 4 * 4 * 4 + 4 * 3)
        #expect(id("spark", "default", "k").description == "5d30be3e-9f5c-8557-a104-b9e8b5a85051")
    }

    @Test("The identities of a body under a key are made from their index, and those of the end and of expanded items are others")
    func keyed() {
        let identities = KeyedIdentities(Self.id)
        #expect(identities.item(at: 0, isExpanded: false) == Self.id)
        #expect(identities.item(at: 0, isExpanded: true) == Self.id)
        #expect(identities.item(at: 1, isExpanded: false) == Self.id.item(at: 1))
        var all: Set<EventID> = [identities.end]
        for number in 0..<1000 { for isExpanded in [false, true] { all.insert(identities.item(at: number, isExpanded: isExpanded)) } }
        #expect(all.count == 2000)
        #expect(identities.after(1).contains(identities.end))
        #expect(identities.after(1).contains(identities.item(at: 1, isExpanded: false)))
        #expect(identities.after(5) == [identities.item(at: 4, isExpanded: false), identities.item(at: 4, isExpanded: true)])
    }
}
