/// An error that knows whether trying again can help; every other error counts as retriable.
public protocol ClassifiedError: Error {
    /// Whether the same call may succeed later without intervention.
    var isRetriable: Bool { get }
}

extension ExportError: ClassifiedError {}

extension StorageError: ClassifiedError {
    /// Whether the call may succeed later; what is damaged stays so until it is restored.
    public var isRetriable: Bool { code != .damaged }
}
