// Identities that follow from others, so that a request that is sent again has the same ones again. They are UUIDs of
// version 8 (RFC 9562, section 5.8): 122 bits of a hash, which meet another identity only by chance.
extension EventID {
    /// The identity of an event that an item with several partitions became; the first has the item's own.
    public func expanded(at index: Int) -> EventID {
        index == 0 ? self : derived(.partitionIdentity, index)
    }

    /// The identity of an item of a request that has this one: of an element of an array, or of a line.
    public func item(at index: Int) -> EventID {
        derived(.itemIdentity, index)
    }

    /// The identity of the event that voids the event of this one, so that an event which is voided twice is voided by one event.
    public var voidID: EventID {
        derived(.voidIdentity, 0)
    }

    /// The identity of what is sent with an idempotency key. It follows from the caller, the deployment and the key's bytes;
    /// without a caller, a key that is a UUID is the identity.
    ///
    /// - Parameter caller: The name of the token with which it is sent: each has its own keys.
    public init(idempotencyKey: UnsafeRawBufferPointer, deployment: String, caller: String?) {
        if caller == nil, let id = EventID(text: idempotencyKey) {
            self = id
            return
        }
        var hash = SipHash128(caller == nil ? .keyIdentity : .callerKeyIdentity)
        for text in [caller, deployment] {
            guard var text else { continue }
            text.withUTF8 { hash.combine(UnsafeRawBufferPointer($0)) }
        }
        hash.combine(idempotencyKey)
        self.init(hash)
    }

    /// The identity of what another program names with several texts: the program, its run, a part of that.
    ///
    /// Where one text ends and the next begins counts, as their bytes do.
    public init(foreign parts: [String]) {
        var hash = SipHash128(.foreignIdentity)
        hash.combine(UInt64(parts.count))
        for var part in parts { part.withUTF8 { hash.combine(UnsafeRawBufferPointer($0)) } }
        self.init(hash)
    }

    private func derived(_ purpose: SipHash128.Purpose, _ index: Int) -> EventID {
        var hash = SipHash128(purpose)
        hash.combine(high)
        hash.combine(low)
        hash.combine(UInt64(bitPattern: Int64(index)))
        return EventID(hash)
    }

    private init(_ hash: SipHash128) {
        let (high, low) = hash.finished()
        self.init(
            high: high & ~0xf000 | 0x8000, low: low & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000)
    }
}
