import AssetlogCore
package import HTTPTypes

extension HTTPField.Name {
    // Names that HTTPTypes does not list; the literals are valid, so the fallback is never taken.
    package static let referrerPolicy = HTTPField.Name("Referrer-Policy") ?? .server
    package static let assetlogAnswer = HTTPField.Name(AnswerField.name) ?? .server
    package static let idempotencyReplayed = HTTPField.Name("Idempotency-Replayed") ?? .server
    package static let xAccelBuffering = HTTPField.Name("X-Accel-Buffering") ?? .server
    package static let assetlogAsOf = HTTPField.Name("Assetlog-As-Of") ?? .server
    package static let assetlogMinSequence = HTTPField.Name("Assetlog-Min-Sequence") ?? .server
    package static let assetlogTimestamp = HTTPField.Name(TimestampField.name) ?? .server
    package static let lastEventID = HTTPField.Name("Last-Event-ID") ?? .server
}
