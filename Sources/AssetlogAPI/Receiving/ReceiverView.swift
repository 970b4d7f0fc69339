import AssetlogCore
import AssetlogObservation

/// What people see of a receiver.
package struct ReceiverView: Sendable {
    /// The name.
    package let name: String
    /// The paths at which it takes requests.
    package let paths: [String]
    /// How many messages it has read.
    package let messages: Int
    /// How many events of them were recorded.
    package let recorded: Int
    /// How many events of them were in the log before.
    package let duplicate: Int
    /// How many messages were none of its protocol, or had an event that could not be recorded.
    package let failed: Int
    /// How many parts of messages could not be mapped.
    package let unmapped: Int
    /// The last parts that could not be mapped, the latest first.
    package let latestUnmapped: [NamedReceiver.Unmapped]

    init(_ receiver: NamedReceiver) {
        name = receiver.name
        paths = receiver.setup.routes.map(\.path)
        messages = receiver.elements.value
        recorded = receiver.recorded.value
        duplicate = receiver.duplicate.value
        failed = receiver.failed.value
        unmapped = receiver.unmapped.value
        latestUnmapped = receiver.latestUnmapped
    }
}
