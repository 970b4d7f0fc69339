import Testing

@testable import AssetlogLog

struct DeliveryCircuitTests {
    private static let pause: @Sendable (Int) -> Duration = { .seconds($0) }

    @Test("it opens after failures in a row, and a success in between begins the count again")
    func opens() {
        var circuit = DeliveryCircuit(threshold: 3)
        for step in ["f", "f", "s", "f", "f"] {
            if step == "f" { circuit.failed(at: .zero, retryAfter: nil, pause: Self.pause) } else { circuit.succeeded() }
            #expect(circuit.permission(at: .zero) == .batches)
        }
        circuit.failed(at: .seconds(10), retryAfter: nil, pause: Self.pause)
        #expect(circuit.state == .open)
        #expect(circuit.permission(at: .seconds(12)) == .nothing(until: .seconds(13)))
        #expect(circuit.permission(at: .seconds(13)) == .probe)
    }

    @Test("while a probe is under way nothing else is delivered; its failure opens the circuit again, for longer")
    func probes() {
        var circuit = DeliveryCircuit(threshold: 1)
        circuit.failed(at: .zero, retryAfter: nil, pause: Self.pause)
        circuit.began()
        #expect(circuit.state == .halfOpen)
        #expect(circuit.permission(at: .seconds(9)) == .nothing(until: nil))
        circuit.failed(at: .seconds(9), retryAfter: nil, pause: Self.pause)
        #expect(circuit.permission(at: .seconds(10)) == .nothing(until: .seconds(11)))
        circuit.began()
        circuit.succeeded()
        #expect(circuit.permission(at: .seconds(11)) == .batches)
        #expect(circuit.failures == 0)
    }

    @Test("a probe that ended without a result leaves it open, and another one may follow at once")
    func releases() {
        var circuit = DeliveryCircuit(threshold: 1)
        circuit.failed(at: .zero, retryAfter: nil, pause: Self.pause)
        circuit.began()
        circuit.released(at: .seconds(5))
        #expect(circuit.permission(at: .seconds(5)) == .probe)
    }

    @Test("a destination that asks to be left alone is, from its first failure on")
    func obeys() {
        var circuit = DeliveryCircuit(threshold: 5)
        circuit.failed(at: .seconds(1), retryAfter: .seconds(60), pause: Self.pause)
        #expect(circuit.permission(at: .seconds(60)) == .nothing(until: .seconds(61)))
    }
}
