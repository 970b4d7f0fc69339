/// What a subject did against a contract.
public struct ConformanceFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was expected and what was seen instead, in a sentence for the author of the subject.
    public var message: String

    /// Makes a failure.
    public init(_ message: String) {
        self.message = message
    }

    /// The message.
    public var description: String { message }
}

/// How a case ended that did not fail.
public enum ConformanceOutcome: Hashable, Sendable {
    /// The subject keeps this part of the contract.
    case passed
    /// The subject says that this part does not apply to it, for this reason.
    case skipped(String)
}

/// One part of a contract, as a test of its own.
///
/// The suites know nothing of a test framework: a test runs one case by ``run(on:)`` and fails when that throws. With
/// Swift Testing all cases are the `arguments` of one test.
public struct ConformanceCase<Subject: Sendable>: Sendable, CustomStringConvertible {
    /// The part of the contract, as a sentence; unique in its suite.
    public let name: String
    private let body: @Sendable (Subject) async throws -> ConformanceOutcome

    /// Makes a case of a body that throws ``ConformanceFailure`` when the subject is wrong.
    public init(_ name: String, _ body: @escaping @Sendable (Subject) async throws -> ConformanceOutcome) {
        self.name = name
        self.body = body
    }

    /// Runs the case on a subject.
    ///
    /// - Throws: ``ConformanceFailure``, or what the subject threw where it must not throw.
    @discardableResult
    public func run(on subject: Subject) async throws -> ConformanceOutcome {
        try await body(subject)
    }

    /// The name.
    public var description: String { name }
}

/// Throws a failure unless a condition holds.
func expect(_ condition: Bool, _ message: @autoclosure () -> String) throws {
    if !condition { throw ConformanceFailure(message()) }
}
