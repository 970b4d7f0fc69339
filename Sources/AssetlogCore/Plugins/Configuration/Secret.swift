/// Text that must not be shown: it prints as `<redacted>` however it is printed.
public struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The text itself, for the one place that needs it.
    public let revealed: String

    /// Wraps a text.
    public init(_ text: String) {
        revealed = text
    }

    /// `<redacted>`.
    public var description: String { "<redacted>" }
    /// `<redacted>`.
    public var debugDescription: String { "<redacted>" }
    /// No children.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
