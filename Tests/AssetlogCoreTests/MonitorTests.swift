import AssetlogCore
import Foundation
import Testing

@Suite("A monitor")
struct MonitorTests {
    @Test("lends its state to one thread at a time")
    func excludes() {
        let counter = Monitor(0)
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            for _ in 0..<10_000 { counter.withLock { $0 += 1 } }
        }
        #expect(counter.withLock { $0 } == 80_000)
    }

    @Test("lets a thread sleep until its condition no longer holds, however often it is woken")
    func waits() {
        let number = Monitor(0)
        let thread = JoinableThread {
            number.wait(while: { $0 < 3 }) { $0 += 100 }
        }
        for _ in 0..<3 {
            number.withLock { $0 += 1 }
            number.signal()
        }
        thread?.join()
        #expect(number.withLock { $0 } == 103)
    }

    @Test("ends a wait after some time, and before that when its condition no longer holds", arguments: [-1, 0, 20])
    func waitsAtMost(milliseconds: Int) {
        let number = Monitor(0)
        let start = ContinuousClock.now
        number.wait(while: { $0 == 0 }, atMost: .milliseconds(milliseconds))
        #expect(ContinuousClock.now - start >= .milliseconds(milliseconds))
        let thread = JoinableThread { number.wait(while: { $0 == 0 }, atMost: .seconds(600)) }
        number.withLock { $0 = 1 }
        number.signal()
        thread?.join()
        #expect(ContinuousClock.now - start < .seconds(300))
    }

    @Test("wakes all threads that wait")
    func broadcasts() {
        let gate = Monitor((isOpen: false, passed: 0))
        let threads = (0..<4).map { _ in
            JoinableThread { gate.wait(while: { !$0.isOpen }) { $0.passed += 1 } }
        }
        gate.withLock { $0.isOpen = true }
        gate.broadcast()
        for thread in threads { thread?.join() }
        #expect(gate.withLock { $0.passed } == 4)
    }

    @Test("is free again after its body has thrown")
    func isFreeAfterAnError() {
        struct Failure: Error {}
        let monitor = Monitor(1)
        #expect(throws: Failure.self) { try monitor.withLock { _ in throw Failure() } }
        #expect(throws: Failure.self) { try monitor.wait(while: { $0 == 0 }) { _ in throw Failure() } }
        #expect(monitor.withLock { $0 } == 1)
    }

    @Test("holds a state that can't be copied, and releases it")
    func owns() {
        struct Owner: ~Copyable {
            var object: any AnyObject & Sendable
        }
        final class Object: Sendable {}
        weak var released: Object?
        do {
            let object = Object()
            released = object
            let monitor = Monitor(Owner(object: object))
            #expect(monitor.withLock { $0.object === object })
        }
        #expect(released == nil)
    }
}
