import AssetlogCore
import AssetlogDelivery

/// What an answer says, in words that can be shown: those of the server, or of something in between.
struct AnswerWords {
    private let answer: OutboundAnswer
    private let url: ServerURL

    init(_ answer: OutboundAnswer, from url: ServerURL) {
        (self.answer, self.url) = (answer, url)
    }

    /// The server's own words in a body, to follow a status; empty when it has none.
    static func sentence(of body: [UInt8]) -> String {
        guard let text = ["error", "detail"].lazy.compactMap({ CanonicalJSON.string($0, inObject: body) }).first else { return "" }
        let line = line(text, atMost: 1000)
        return ": " + (line.hasSuffix(".") ? String(line.dropLast()) : line)
    }

    /// An error with the server's own words.
    func error(_ code: ClientError.Code, _ verb: String) -> ClientError {
        ClientError(code, status: answer.status, "\(url) \(verb) with \(answer.status)\(Self.sentence(of: answer.body))")
    }

    /// An error that says what something in between answered.
    var foreignError: ClientError { ClientError(.unavailable, status: answer.status, foreign) }

    /// Whether the server answers that it does not know what a parameter names, and not that it has no such path.
    var namesUnknown: Bool { answer.status == 404 && CanonicalJSON.string("parameter", inObject: answer.body) != nil }

    /// Whether the body is a JSON object, and whole.
    var isObject: Bool {
        guard !answer.isBodyCut, let type = answer["content-type"]?.lowercased(),
            type.prefix(while: { $0 != ";" && $0 != " " }) == "application/json"
        else { return false }
        return CanonicalJSON.members(ofObject: answer.body) != nil
    }

    /// What something in between answered, as a part of a sentence.
    var foreign: String {
        let start = "\(url) answers \(answer.status)"
        if (300..<400).contains(answer.status) {
            let target = answer["location"].map { ", \(Self.origin($0))" } ?? ""
            return "\(start) and redirects to another address\(target); if the server is there, use that as its URL"
        }
        let type = answer["content-type"].map { Self.line($0, atMost: 80) } ?? "no type"
        let server = answer["server"].map { " from \(Self.line($0, atMost: 80))" } ?? ""
        let words = words.isEmpty ? "" : ", \"\(words)\""
        return "\(start), which is not an answer of the server (\(type)\(server)\(words)): something in between answered"
    }

    /// The title of a page, or the first words of a text.
    private var words: String {
        let text = String(decoding: answer.body.prefix(4096), as: UTF8.self)
        if let title = text.firstMatch(of: /(?i)<title[^>]*>([^<]*)/) { return Self.line(String(title.1), atMost: 80) }
        guard answer["content-type"]?.lowercased().hasPrefix("text/html") != true else { return "" }
        return Self.line(text, atMost: 80)
    }

    /// Scheme and host: the rest of an address may hold credentials.
    private static func origin(_ location: String) -> String {
        guard let scheme = location.firstRange(of: "://") else { return "on the same host" }
        return line(location[..<scheme.upperBound] + location[scheme.upperBound...].prefix { !"/?#".contains($0) }, atMost: 200)
    }

    /// Text from outside on one line, without control characters.
    private static func line(_ text: some StringProtocol, atMost count: Int) -> String {
        let scalars = text.unicodeScalars.prefix(count).map { scalar -> Unicode.Scalar in
            switch scalar.value {
            case 0..<0x20, 0x7f..<0xa0, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069, 0xfeff: " "
            default: scalar
            }
        }
        return String(String.UnicodeScalarView(scalars)).split(separator: " ").joined(separator: " ")
    }
}
