/// Something in a report that has no effect, or another than its sender may have meant.
public enum ReportNote: Hashable, Sendable {
    /// The endpoint has no parameter of this name.
    case ignoredField(String, in: ParameterSource, hint: String?)
    /// The body was not looked at, as the request has no Content-Type.
    case ignoredBody
    /// The asset key that counts and one that was not looked at are not the same.
    case keysDisagree(used: ParameterSource, ignored: ParameterSource)

    /// The note in a sentence.
    public var sentence: String {
        switch self {
        case .ignoredField(let name, let source, let hint):
            let ignored = "\(Quoted.text(name)) in the \(source.name) is not a parameter of this endpoint and is ignored."
            return hint.map { "\(ignored) \($0)" } ?? ignored
        case .ignoredBody:
            return "The body is ignored because there is no Content-Type; send Content-Type: application/json with it."
        case .keysDisagree(let used, let ignored):
            return "The asset key in the \(used.name) is used; the one in the \(ignored.name) is different and ignored."
        }
    }
}

/// The notes of one report.
struct ReportNotes {
    private(set) var all: [ReportNote] = []
    // More are not taken, so that neither an answer nor the search for what was meant grows with the request.
    private var left = 20

    /// Whether another name is looked at; repeated ones count too.
    mutating func takesAnother() -> Bool {
        left -= 1
        return left >= 0
    }

    mutating func append(_ note: ReportNote) {
        if !all.contains(note) { all.append(note) }
    }
}

extension ReportResolution {
    /// Notes a name, as it is written, that is no parameter's.
    mutating func noteName(_ name: UnsafeRawBufferPointer, in source: ParameterSource) {
        guard notes?.takesAnother() == true else { return }
        var decoded = ByteScratch(capacity: 64)
        if source == .query {
            PercentDecoding.append(name, plusIsSpace: true, to: &decoded)
        } else {
            decoded.appendUnescaped(name)
        }
        let text = String(decoding: decoded.bytes, as: UTF8.self)
        let known = Parameter.allCases.filter { extensions != nil || $0.rawValue < Parameter.originalCount }
        let hint =
            Parameter(extension: decoded.bytes) != nil
            ? "It would be with the setting report.extensions." : Quoted.guess(text, among: known.map(\.name))
        notes?.append(.ignoredField(text, in: source, hint: hint))
    }

    /// The notes, with those that need the whole report.
    mutating func takenNotes(_ request: borrowing ReportRequest) -> [ReportNote] {
        if request.contentType == nil, !request.body.isEmpty { notes?.append(.ignoredBody) }
        for parameter in Parameter.allCases
        where !parameter.isTaken(by: request.endpoint, extensions: extensions != nil)
            && !(parameter == .timestamp && isTimestampApproximate)
        {
            for source in [ParameterSource.body, .query] where has(parameter, in: source) {
                notes?.append(.ignoredField(parameter.name, in: source, hint: nil))
            }
        }
        return notes?.all ?? []
    }

    private func has(_ parameter: Parameter, in source: ParameterSource) -> Bool {
        source == .body ? fields[parameter] != nil : query[parameter] != nil
    }

    // An empty key in the query counts as none.
    private func hasKey(in source: ParameterSource) -> Bool {
        has(.assetKey, in: source) && (source == .body || query[.assetKey].map { $0.end > $0.start } ?? false)
    }

    /// Compares the key, all that is in the output, with those of the sources that are not looked at.
    mutating func noteKeys() {
        let (used, key) = (sources.assetKey, Array(output.bytes))
        for source in [ParameterSource.body, .query] where source.rawValue > used.rawValue && hasKey(in: source) {
            output.truncate(to: 0)
            if !writesKey(from: source) || !output.bytes.elementsEqual(key) {
                notes?.append(.keysDisagree(used: used, ignored: source))
            }
        }
        output.truncate(to: 0)
        key.withUnsafeBytes { output.append($0) }
    }

    private mutating func writesKey(from source: ParameterSource) -> Bool {
        do throws(ParameterError) {
            if source == .body, let field = fields[.assetKey] { try writeBodyKey(field) }
            if source == .query, let text = queryText(.assetKey) { try writeQueryKey(text) }
            return true
        } catch {
            return false
        }
    }
}
