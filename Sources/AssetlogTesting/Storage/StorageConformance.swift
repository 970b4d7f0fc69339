import AssetlogCore

/// The contract of ``Storage`` as test cases: a storage that passes them all can carry the log.
///
/// Each case makes a location of its own. What a subject can't do (crash, tear, fail) is skipped by name with the reason.
public enum StorageConformance {
    /// All cases.
    public static let cases: [ConformanceCase<StorageSubject>] =
        appending + identities + corrections + reading + byTime + filtering + logIdentity + lasting + consuming + deadLetters
        + sharing + living

    /// Makes a case that runs on a new location and its open storage, and closes and removes them.
    static func onLocation(
        _ name: String, _ body: @escaping @Sendable (StorageFixture) async throws -> ConformanceOutcome
    ) -> ConformanceCase<StorageSubject> {
        ConformanceCase(name) { subject in
            let location = try await subject.makeLocation()
            do {
                let fixture = try await StorageFixture(location)
                let outcome = try await body(fixture)
                await fixture.storage.close()
                await location.remove()
                return outcome
            } catch {
                await location.remove()
                throw error
            }
        }
    }

    /// Makes a case that can't be skipped.
    static func always(
        _ name: String, _ body: @escaping @Sendable (StorageFixture) async throws -> Void
    ) -> ConformanceCase<StorageSubject> {
        onLocation(name) { fixture in
            try await body(fixture)
            return .passed
        }
    }
}
