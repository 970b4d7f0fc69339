/// A namespace in which `{deployment}` stands for the name of an event's deployment: `dagster/{deployment}`.
public struct NamespaceTemplate: Hashable, Sendable, CustomStringConvertible {
    /// The most bytes that a namespace is written with.
    public static let maximumLength = 512

    /// The namespace as it was written.
    public let description: String

    /// Reads a namespace.
    ///
    /// - Throws: ``NamingError`` when it is empty, too long, has blanks or control characters, or braces that stand for nothing.
    public init(_ text: String) throws(NamingError) {
        guard !text.isEmpty else { throw NamingError("is empty") }
        guard text.utf8.count <= Self.maximumLength else {
            throw NamingError("has \(text.utf8.count) bytes; a namespace has at most \(Self.maximumLength)")
        }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
            throw NamingError("contains a blank or a control character, which no namespace has")
        }
        guard !text.replacing("{deployment}", with: "").contains(where: { $0 == "{" || $0 == "}" }) else {
            throw NamingError("contains braces that stand for nothing; only {deployment} is known")
        }
        description = text
    }

    /// The namespace of a deployment.
    public func namespace(of deployment: String) -> String {
        description.replacing("{deployment}", with: deployment)
    }
}

/// Why a namespace, or a rule that gives one, can't be used.
public struct NamingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, to follow what holds it in a sentence: `is empty`.
    public var problem: String

    init(_ problem: String) {
        self.problem = problem
    }

    /// The problem.
    public var description: String { problem }
}
