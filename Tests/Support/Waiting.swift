/// A condition that did not come true in minutes.
package struct NeverHappened: Error {}

/// Waits for a condition, for minutes: a loaded machine may be slow.
package func until(_ condition: () -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(300)
    while !condition() {
        guard ContinuousClock.now < end else { throw NeverHappened() }
        try await Task.sleep(for: .milliseconds(2))
    }
}
