import AssetlogAccess
import AssetlogCore
import AssetlogLog
import AssetlogWeb
import HTTPTypes

/// What is asked of an exporter in the body of a replay.
enum ReplayRequest {
    /// From a position of the log on.
    case log(ReplayStart)
    /// Dead letters.
    case deadLetters(DeadLetterSelection)

    /// The members of the body, of which it has one.
    static let members = ["from", "time", "dead_letters"]

    /// Reads the members of a body.
    ///
    /// - Throws: ``RequestError`` with the status 400.
    init(_ body: [String: FlatValue]) throws(RequestError) {
        guard body.count == 1, let (name, value) = body.first else {
            throw .badBody(
                #"The body must have one of the members from, time and dead_letters: {"from": 4711}, {"time":"#
                    + #" "2026-11-01T00:00:00Z"}, {"dead_letters": true} or {"dead_letters": [4711, 4712]}."#)
        }
        switch (name, value) {
        case ("from", .number(let sequence)) where sequence >= 1: self = .log(.sequence(sequence))
        case ("from", _): throw .badBody("The member from must be a sequence, a whole number from 1 on.")
        case ("time", .text(let text)):
            guard text.utf8.count <= 64, let time = Timestamp(text) else { throw Self.badTime }
            self = .log(.time(time))
        case ("time", _): throw Self.badTime
        case (_, .flag(true)): self = .deadLetters(.all)
        default: self = .deadLetters(try DeadLetterSelection(value, named: name, or: "true"))
        }
    }

    private static let badTime = RequestError.badBody(
        "The member time must be a time of RFC 3339 with its offset, such as \"2026-11-01T00:00:00Z\".")
}

extension DeadLetterSelection {
    /// Reads the members of a body: `{"sequences": […]}`, or `{"all": true}`.
    ///
    /// - Throws: ``RequestError`` with the status 400.
    init(_ body: [String: FlatValue]) throws(RequestError) {
        guard body.count == 1, let (name, value) = body.first else {
            throw .badBody(#"The body must say which dead letters are meant: {"sequences": [4711, 4712]} or {"all": true}."#)
        }
        switch (name, value) {
        case ("all", .flag(true)): self = .all
        case ("all", _): throw .badBody("The member all must be true.")
        default: self = try Self(value, named: name)
        }
    }

    /// Reads a list of sequences.
    ///
    /// - Parameter other: What the member may be instead.
    fileprivate init(_ value: FlatValue, named name: String, or other: String? = nil) throws(RequestError) {
        guard case .numbers(let numbers) = value, numbers.count <= DeadLetter.maximumCount, numbers.allSatisfy({ $0 >= 1 }) else {
            let forms = other.map { "\($0) or " } ?? ""
            throw .badBody("The member \(name) must be \(forms)a list of 1 to \(DeadLetter.maximumCount) sequences.")
        }
        self = .sequences(Set(numbers))
    }
}

/// Why an exporter is paused, as its operator says.
struct PauseReason {
    let text: String

    /// Reads a member of a body; without it, the reason is who asked.
    ///
    /// - Throws: ``RequestError`` with the status 400.
    init(_ value: FlatValue?, by caller: Caller) throws(RequestError) {
        switch value ?? .null {
        case .null: text = caller.name.map { "\($0) paused it" } ?? "an operator paused it"
        case .text(let reason) where ExporterControl.reasonBytes.contains(reason.utf8.count): text = reason
        default: throw .badBody("The member reason must be a string of 1 to \(ExporterControl.reasonBytes.upperBound) bytes.")
        }
    }
}
