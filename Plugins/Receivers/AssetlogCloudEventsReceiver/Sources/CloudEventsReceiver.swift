#if CloudEventsReceiver
import AssetlogCore

/// Reads CloudEvents 1.0 of the HTTP binding, in all of its modes: structured, batched and binary.
struct CloudEventsReceiver: Receiver {
    /// What becomes of the events of others; the first that fits counts.
    let mappings: [EventMapping]

    func read(_ element: ReceivedElement, found: [EventID: Event]) -> ReceivedReading {
        do throws(CloudEventError) {
            let event = try CloudEvent(element)
            if let own = OwnEvent(event) { return try own.reading() }
            return try reading(event)
        } catch {
            return .refused(error.sentence)
        }
    }

    private func reading(_ event: CloudEvent) throws(CloudEventError) -> ReceivedReading {
        guard let mapping = mappings.first(where: { $0.fits(event) }) else {
            return ReceivedReading(
                unmapped: [
                    "No mapping takes the type \(event.type.quoted) of the source \(event.source.quoted); see receivers.cloudevents.mappings."
                ])
        }
        var (reading, mapped) = (ReceivedReading(), MappedEvent(event))
        let id = try event.identity()
        do throws(MappingProblem) {
            let item = try mapped.item(mapping, id: id)
            reading.unmapped = mapped.notes
            reading.items = [item]
        } catch {
            reading.unmapped = [
                "The event of the type \(event.type.quoted) was not recorded: \(error.sentence)"
            ]
        }
        return reading
    }
}

extension String {
    /// The text in quotes, cut when it is long: sentences about a message must not grow with it.
    var quoted: String {
        let scalars = unicodeScalars.prefix(40).map { $0.value < 0x20 || $0.value == 0x7f ? " " : $0 }
        let isCut = unicodeScalars.count > 40
        return "\"\(String(String.UnicodeScalarView(scalars)))\(isCut ? "…" : "")\""
    }
}
#endif
