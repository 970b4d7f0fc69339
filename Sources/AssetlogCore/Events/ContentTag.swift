/// A short name of some bytes: equal bytes have equal names, in every process and version.
///
/// Other bytes have the same name only by chance, or by the work of someone who wants that and harms only himself.
package enum ContentTag {
    /// 32 hexadecimal digits.
    package static func text(of bytes: UnsafeRawBufferPointer) -> String {
        var hash = SipHash128(.entityTag)
        hash.combine(bytes)
        let (high, low) = hash.finished()
        return [high, low].map { word in
            let text = String(word, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }.joined()
    }
}
