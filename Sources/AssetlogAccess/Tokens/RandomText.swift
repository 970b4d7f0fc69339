internal import AssetlogCrypto

/// Random texts of `[0-9A-Za-z]`.
enum RandomText {
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    static func characters(_ count: Int) throws(CryptoError) -> String {
        var text: [UInt8] = []
        while text.count < count {
            // 248 is the greatest multiple of 62 in a byte; taking more would favour some characters.
            text += try SecretBytes.random(count * 2).lazy.filter { $0 < 248 }.prefix(count - text.count)
                .map { alphabet[Int($0) % alphabet.count] }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
