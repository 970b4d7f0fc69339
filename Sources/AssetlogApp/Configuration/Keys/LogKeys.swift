import AssetlogCore
import Logging

/// The keys under `log`.
enum LogKeys {
    static let group = KeyGroup(section: "log")

    static let level = group.key("level", .choice(Logger.Level.self), default: .info, "The lowest level of messages to write.")
    static let format = group.key(
        "format", .choice(LogSettings.Format.self), default: .text, "Whether each message is a line of text or of JSON.")
    static let access = group.optional(
        "access", .path, "A file that gets a line for each request; /dev/stderr writes it next to the messages.")
    static let audit = group.optional(
        "audit", .path,
        "A file that gets a line for each change of tokens and certificates and each refusal; without it, these are messages.")

    static let all: [any DeclaredKey] = [level, format, access, audit]
}
