/// The identities of the events of a body that was sent with an Idempotency-Key: the log itself is what remembers it.
///
/// The first item has the key's identity, the last of several has the end's, and the others have one each by their number.
/// So a single object, an array of it and a line of it are the same; another item at the same index is a conflict; and
/// whether a body was recorded to its end can be seen. See Docs/Decisions/0013-idempotency.md.
package struct KeyedIdentities: Hashable, Sendable {
    /// The identity of the first item.
    package let key: EventID

    /// Makes the identities under the identity of a key.
    package init(_ key: EventID) {
        self.key = key
    }

    /// The identity of the last of several items: it is in the log when the body was recorded as a whole.
    package var end: EventID { key.item(at: .min) }

    /// The identity of an item that is not the last, by the number of items before it.
    ///
    /// - Parameter isExpanded: Whether it becomes several events; it is another item then.
    package func item(at number: Int, isExpanded: Bool) -> EventID {
        number == 0 ? key : key.item(at: isExpanded ? ~number : number)
    }

    /// Identities of which the log has one only if the key's first body was longer than that of so many items, and else the
    /// same.
    package func after(_ count: Int) -> [EventID] {
        let next = [item(at: max(count - 1, 1), isExpanded: false), item(at: max(count - 1, 1), isExpanded: true)]
        return count > 1 ? next : next + [end]
    }
}

extension KeyedIdentities {
    /// What a body under a key that was used before may not have recorded, as a sentence.
    ///
    /// - Parameter difference: What differs: `its item at index 3 differs`.
    package static func refusal(_ difference: String, _ what: String = "body") -> String {
        "This Idempotency-Key was used before with a different \(what): \(difference). Retry with the same \(what), or use a"
            + " new key."
    }
}
