/// A short name of some bytes: equal bytes have equal names, in every process and version.
///
/// Other bytes have the same name only by chance, or by the work of someone who wants that and harms only himself.
package enum ContentTag {
    /// 32 hexadecimal digits.
    package static func text(of bytes: UnsafeRawBufferPointer) -> String {
        var hash = SipHash128(.entityTag)
        hash.combine(bytes)
        let (high, low) = hash.finished()
        return Hexadecimal.text(high, low)
    }
}
