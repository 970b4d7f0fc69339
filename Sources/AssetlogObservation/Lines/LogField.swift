/// The form of the lines of an access or audit log.
public enum LogFormat: String, Hashable, Sendable {
    /// `key=value` pairs, separated by blanks; values with a blank, a quote or an equals sign stand in quotes.
    case text
    /// A JSON object.
    case json
}

/// A named value of a line; nil: it is null in JSON, and left out of text.
public struct LogField: Hashable, Sendable {
    /// What a line can say.
    public enum Value: Hashable, Sendable {
        /// Any text; it is escaped.
        case text(String)
        /// A whole number.
        case integer(Int)
        /// A duration, written in seconds with six digits.
        case nanoseconds(Int)
    }

    /// The name: a literal of this program.
    public var name: String
    /// The value.
    public var value: Value?

    /// Makes a field of a text.
    public init(_ name: String, _ text: String?) {
        self.name = name
        value = text.map { .text($0) }
    }

    /// Makes a field of a number.
    public init(_ name: String, _ number: Int) {
        self.name = name
        value = .integer(number)
    }

    /// Makes a field of a duration.
    public init(_ name: String, nanoseconds: Int) {
        self.name = name
        value = .nanoseconds(nanoseconds)
    }
}
