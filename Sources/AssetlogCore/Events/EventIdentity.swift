#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What distinguishes an event from all others: its identity, and the deployment in which that is unique.
public struct EventIdentity: Hashable, Sendable {
    /// The identity.
    public var id: EventID
    /// The deployment's name.
    public var deployment: String

    /// Makes an identity in a deployment.
    public init(_ id: EventID, in deployment: String) {
        self.id = id
        self.deployment = deployment
    }

    // Swift's texts are equal when they only look alike; deployments differ when their bytes do.

    /// Whether the bytes of two identities are equal.
    public static func == (left: EventIdentity, right: EventIdentity) -> Bool {
        left.id == right.id && left.deployment.utf8.elementsEqual(right.deployment.utf8)
    }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(id)
        var deployment = deployment
        deployment.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

/// What a storage finds under the identity of an event that it is to append.
public enum IdentityMatch: Hashable, Sendable {
    /// Nothing: the event is new.
    case none
    /// The event at this sequence, with the same content or with another.
    case event(sequence: Int64, isSame: Bool)
    /// It is not known now.
    case unknown
}

extension EventColumns {
    /// Whether a logged event says the same, so that this one is a repetition of it.
    ///
    /// Compared are kind, asset, partition, details, and the timestamp when the client gave one; what the server adds
    /// (its times, the reporter) is not. A logged event had no timestamp of its client when it is that of its receipt.
    /// An approximate timestamp is not compared at all.
    public func isRepetition(of logged: borrowing EventColumns) -> Bool {
        // A guard and not `&&`, which would capture what is only borrowed.
        guard kind == logged.kind, assetKey.isSame(as: logged.assetKey), Self.isSame(partition, logged.partition),
            details.isSame(as: logged.details)
        else { return false }
        if clientChoice.contains(.approximateTimestamp) { return true }
        return logged.timestamp == (clientChoice.contains(.timestamp) ? timestamp : logged.receivedAt)
    }

    /// Compares the columns with what a storage has under their identity.
    public func match(_ logged: LoggedEvent?) -> IdentityMatch {
        guard let logged else { return .none }
        return .event(sequence: logged.sequence, isSame: logged.event.withColumns { isRepetition(of: $0) })
    }

    private static func isSame(_ left: UnsafeRawBufferPointer?, _ right: UnsafeRawBufferPointer?) -> Bool {
        switch (left, right) {
        case (nil, nil): true
        case (let left?, let right?): left.isSame(as: right)
        default: false
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Whether the bytes are equal.
    func isSame(as other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        guard let start = baseAddress, let otherStart = other.baseAddress else { return true }
        return memcmp(start, otherStart, count) == 0
    }
}
