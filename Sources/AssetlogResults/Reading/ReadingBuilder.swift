import AssetlogCore

/// Gathers what a reader finds, within limits.
struct ReadingBuilder {
    /// The most events of a file: a large project has some tens of thousands.
    static let maximumItems = 100_000
    /// The most sentences about what could not be mapped.
    static let maximumSentences = 1000

    private var reading = ResultReading()
    private var omitted = 0

    /// Adds an event.
    ///
    /// - Throws: ``ResultFileError`` when there are too many: nothing is left out silently.
    mutating func add(_ item: EventItem) throws(ResultFileError) {
        guard reading.items.count < Self.maximumItems else {
            throw ResultFileError("The files have more than \(Self.maximumItems) results; report them in parts.")
        }
        reading.items.append(item)
    }

    /// Notes what could not be mapped.
    mutating func note(_ sentence: String) {
        if reading.unmapped.count < Self.maximumSentences {
            reading.unmapped.append(sentence.clipped(to: 1000))
        } else {
            omitted += 1
        }
    }

    /// What was found.
    var finished: ResultReading {
        var result = reading
        if omitted > 0 { result.unmapped.append("\(omitted) more could not be mapped.") }
        return result
    }
}
