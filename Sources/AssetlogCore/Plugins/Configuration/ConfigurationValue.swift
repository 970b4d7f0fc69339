/// A value of a configuration key, of the key's kind.
package enum ConfigurationValue: Hashable, Sendable {
    /// A text, a choice or an absolute path.
    case text(String)
    /// A text that is never printed.
    case secret(Secret)
    /// A whole number or a number of bytes.
    case integer(Int)
    /// A truth value.
    case boolean(Bool)
    /// A time span.
    case duration(Duration)
    /// Texts.
    case list([String])
    /// Texts that are never printed.
    case secretList([Secret])

    /// Reads a value as it was written; its range is a matter of ``problem(of:)``.
    ///
    /// - Parameters:
    ///   - texts: One text, or the elements of a list.
    ///   - key: The declaration of its key.
    ///   - section: The section of the key, for messages.
    ///   - directory: What a relative path is taken from; an absolute path.
    /// - Throws: ``ConfigurationError`` that names the section and the key when it is not of the key's kind.
    package init(_ texts: [String], for key: KeyDeclaration, in section: String, directory: String) throws {
        let path = section.isEmpty ? key.name : "\(section).\(key.name)"
        if key.kind == .list || key.kind == .sections {
            self = .list(texts)
            return
        }
        if key.kind == .secretList {
            self = .secretList(texts.map { Secret($0.withoutFinalLineEnds) })
            return
        }
        guard texts.count == 1, let text = texts.first else {
            throw ConfigurationError(path, "takes one value, not a list")
        }
        do {
            try self.init(text, of: key.kind, directory: directory)
        } catch {
            throw ConfigurationError(path, error.problem)
        }
    }

    private init(_ text: String, of kind: KeyDeclaration.Kind, directory: String) throws(Mismatch) {
        switch kind {
        case .text: self = .text(text)
        case .secret: self = .secret(Secret(text.withoutFinalLineEnds))
        case .path: self = .text(try Self.path(text, from: directory))
        case .integer: self = .integer(try Self.require(Int(text), "a whole number", text))
        case .boolean: self = .boolean(try Self.require(Self.boolean(text), "true or false", text))
        case .bytes: self = .integer(try Self.require(ByteCount.read(text), "a number of bytes such as 8MiB", text))
        case .duration:
            let expected = "a time span such as 250ms, 10s, 5m, 1h, 7d or 2w, of at most 100y"
            self = .duration(try Self.require(TimeSpan.read(text), expected, text))
        case .choice(let words): self = .text(try Self.word(text, of: words))
        case .list, .sections: self = .list([text])
        case .secretList: self = .secretList([Secret(text)])
        }
    }

    // MARK: Kinds

    /// Why a text is no value of a kind, to follow the key in a sentence.
    private struct Mismatch: Error {
        var problem: String

        init(_ problem: String) {
            self.problem = problem
        }

        init(_ expected: String, _ text: String) {
            self.init("must be \(expected), not \"\(text)\"")
        }
    }

    private static func require<Value>(_ value: Value?, _ expected: String, _ text: String) throws(Mismatch) -> Value {
        guard let value else { throw Mismatch(expected, text) }
        return value
    }

    private static func boolean(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "yes", "on", "1": true
        case "false", "no", "off", "0": false
        default: nil
        }
    }

    private static func word(_ text: String, of words: [String]) throws(Mismatch) -> String {
        if let word = words.first(where: { $0.lowercased() == text.lowercased() }) { return word }
        var mismatch = Mismatch("one of \(words.joined(separator: ", "))", text)
        if let word = ConfigurationError.nearest(to: text, among: words) { mismatch.problem += "; did you mean \(word)?" }
        throw mismatch
    }

    private static func path(_ text: String, from directory: String) throws(Mismatch) -> String {
        guard !text.isEmpty else { throw Mismatch("must be a path, not empty") }
        if text.hasPrefix("/") { return text }
        let relative = text.hasPrefix("./") ? String(text.dropFirst(2)) : text
        if relative.isEmpty || relative == "." { return directory }
        return directory.hasSuffix("/") ? directory + relative : "\(directory)/\(relative)"
    }
}

extension ConfigurationValue {
    /// The text, choice or path; nil for a value of another kind.
    var text: String? {
        guard case .text(let text) = self else { return nil }
        return text
    }

    /// The secret; nil for a value of another kind.
    var secret: Secret? {
        guard case .secret(let secret) = self else { return nil }
        return secret
    }

    /// The whole number, or number of bytes; nil for a value of another kind.
    var integer: Int? {
        guard case .integer(let number) = self else { return nil }
        return number
    }

    /// The truth value; nil for a value of another kind.
    var boolean: Bool? {
        guard case .boolean(let flag) = self else { return nil }
        return flag
    }

    /// The time span; nil for a value of another kind.
    var duration: Duration? {
        guard case .duration(let span) = self else { return nil }
        return span
    }

    /// The texts; nil for a value of another kind.
    var list: [String]? {
        guard case .list(let texts) = self else { return nil }
        return texts
    }

    /// The texts that are never printed; nil for a value of another kind.
    var secretList: [Secret]? {
        guard case .secretList(let secrets) = self else { return nil }
        return secrets
    }
}
