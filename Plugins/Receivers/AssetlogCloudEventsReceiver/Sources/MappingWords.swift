#if CloudEventsReceiver
import AssetlogCore

/// The words of a mapping, `name=value` with blanks between them. A value with blanks stands in quotes.
struct MappingWords {
    private static let names = [
        "type", "source", "kind", "asset", "partition", "description", "version", "message", "check",
        "passed", "severity", "metadata",
    ]

    private var words: [(name: String, value: String)] = []

    init(_ text: String) throws(MappingProblem) {
        for word in try Self.split(text) {
            guard let end = word.firstIndex(of: "="), end > word.startIndex else {
                throw MappingProblem("\(word.quoted) is not of the form name=value")
            }
            let (name, value) = (String(word[..<end]), String(word[word.index(after: end)...]))
            guard !value.isEmpty else { throw MappingProblem("\(name) has no value") }
            guard !words.contains(where: { $0.name == name }) else {
                throw MappingProblem("\(name) is there twice")
            }
            words.append((name, value))
        }
    }

    /// Takes the value of a name out; nil: it is not there.
    mutating func take(_ name: String) -> String? {
        guard let index = words.firstIndex(where: { $0.name == name }) else { return nil }
        return words.remove(at: index).value
    }

    /// Takes out a value that must be there.
    mutating func required(_ name: String) throws(MappingProblem) -> String {
        guard let value = take(name) else { throw MappingProblem("\(name) is missing") }
        return value
    }

    /// Takes out a template that may be there.
    mutating func template(_ name: String) throws(MappingProblem) -> TextTemplate? {
        guard let text = take(name) else { return nil }
        return try TextTemplate(text)
    }

    /// Takes out a template that events of some kinds may have.
    mutating func template(_ name: String, of kind: EventKind, in kinds: [EventKind])
        throws(MappingProblem) -> TextTemplate?
    {
        guard let template = try template(name) else { return nil }
        guard kinds.contains(kind) else {
            throw MappingProblem(
                "\(name) is for the kinds \(kinds.map(\.name).joined(separator: " and ")), not for \(kind.name)"
            )
        }
        return template
    }

    /// Takes out the templates whose names begin so, in their order.
    mutating func templates(after prefix: String) throws(MappingProblem) -> [(
        name: String, template: TextTemplate
    )] {
        let taken = words.filter { $0.name.hasPrefix(prefix) && $0.name != prefix }
        words.removeAll { word in taken.contains { $0.name == word.name } }
        var templates: [(name: String, template: TextTemplate)] = []
        for word in taken {
            templates.append((String(word.name.dropFirst(prefix.count)), try TextTemplate(word.value)))
        }
        return templates
    }

    /// Checks that every word has been taken.
    func end() throws(MappingProblem) {
        guard let name = words.first?.name else { return }
        let known = Self.names + ["metadata.LABEL", "tag.NAME"]
        let guess = ConfigurationError.nearest(to: name, among: Self.names).map {
            "did you mean \($0)?"
        }
        throw MappingProblem(
            "there is no \(name.quoted) in a mapping; \(guess ?? "it has \(known.joined(separator: ", "))")"
        )
    }

    private static func split(_ text: String) throws(MappingProblem) -> [String] {
        var (words, word): ([String], String?) = ([], nil)
        var isQuoted = false
        for character in text {
            if character == "\"" {
                isQuoted.toggle()
                word = word ?? ""
            } else if character.isWhitespace, !isQuoted {
                if let word { words.append(word) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        guard !isQuoted else { throw MappingProblem("a quote is not closed") }
        return words + (word.map { [$0] } ?? [])
    }
}
#endif
