#if TLS
internal import COpenSSL

/// The ciphers and groups of a context: what is sensible today, or what the operator says, checked.
struct CipherRules {
    private let context: OpaquePointer

    /// - Parameter context: Borrowed; it must outlive the value.
    init(_ context: OpaquePointer) { self.context = context }

    /// Of TLS 1.2 only what has forward secrecy and authenticated encryption; TLS 1.3 has nothing else.
    private static let ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20"
    /// The first that this OpenSSL understands: the hybrid group came with 3.5, and FIPS providers may lack X25519.
    private static let groups = ["X25519MLKEM768:X25519:P-256:P-384", "X25519:P-256:P-384", "P-256:P-384"]

    func apply(_ configuration: TLSConfiguration) throws(TLSError) {
        if let ciphers = configuration.ciphers {
            try setCiphers(ciphers)
        } else {
            guard setList(Self.ciphers) else { throw .library("the ciphers of TLS 1.2") }
        }
        if let suites = configuration.cipherSuites { try setSuites(suites) }
        if let groups = configuration.groups {
            try setGroups(groups)
        } else {
            guard Self.groups.contains(where: setGroupList) else { throw .library("the groups") }
        }
        OpenSSLErrors.clear()
    }

    /// A sentence about ciphers of the operator's that are not up to date.
    func warnings(_ configuration: TLSConfiguration) -> [String] {
        guard let text = configuration.ciphers else { return [] }
        let dated = list.filter { !$0.isModern }.map(\.name)
        guard let first = dated.first else { return [] }
        return [
            "The TLS 1.2 ciphers `\(text)` include \(dated.count) without forward secrecy or authenticated encryption, as"
                + " \(first). Leave the setting out, unless a client is that old."
        ]
    }

    // MARK: TLS 1.2

    private func setCiphers(_ text: String) throws(TLSError) {
        // OpenSSL skips what it does not know, and so would a misspelt cipher be. What only takes away may find nothing.
        let elements = text.split { ":, ".contains($0) }
        for element in elements where !"!-+@".contains(element.first ?? "!") && !setList(String(element)) {
            throw TLSError(
                .setting,
                "`\(element)` in the TLS 1.2 ciphers `\(text)` is not a TLS 1.2 cipher that OpenSSL knows. `openssl ciphers -v` lists"
                    + " them; the cipher suites of TLS 1.3 have their own setting.")
        }
        guard setList(text) else {
            throw TLSError(
                .setting,
                "The TLS 1.2 ciphers `\(text)` select none. Remove the setting, or name ciphers that `openssl ciphers -v`"
                    + " lists, separated by colons.")
        }
        try checkStrength(text)
        // Only such a list can have ciphers that need it.
        _ = assetlog_SSL_CTX_set_dh_auto(context, 1)
    }

    private func checkStrength(_ text: String) throws(TLSError) {
        if let cipher = list.first(where: \.isBroken) {
            throw TLSError(
                .setting,
                "The TLS 1.2 ciphers `\(text)` include \(cipher.name), which protects nothing. Add `:!aNULL:!eNULL:!LOW`,"
                    + " or leave the setting out.")
        }
        guard SSL_CTX_get_security_level(context) > 0 else {
            throw TLSError(
                .setting,
                "The TLS 1.2 ciphers `\(text)` set OpenSSL's security level to 0, which admits broken keys. Remove"
                    + " `@SECLEVEL=0`.")
        }
    }

    private func setList(_ text: String) -> Bool { SSL_CTX_set_cipher_list(context, text) == 1 }

    private var list: [Cipher] {
        guard let stack = SSL_CTX_get_ciphers(context) else { return [] }
        return (0..<max(0, OPENSSL_sk_num(stack))).compactMap { index in
            OPENSSL_sk_value(stack, index).map { Cipher(OpaquePointer($0)) }
        }
    }

    // MARK: TLS 1.3

    private func setSuites(_ text: String) throws(TLSError) {
        let names = text.split(separator: ":").map(String.init)
        // OpenSSL skips what it does not know.
        if let unknown = names.first(where: { !isSuite($0) }) {
            throw TLSError(
                .setting,
                "`\(unknown)` in the TLS 1.3 cipher suites `\(text)` is unknown to OpenSSL. Choose from"
                    + " TLS_AES_256_GCM_SHA384, TLS_CHACHA20_POLY1305_SHA256 and TLS_AES_128_GCM_SHA256, separated by colons.")
        }
        guard !names.isEmpty, SSL_CTX_set_ciphersuites(context, names.joined(separator: ":")) == 1 else {
            throw TLSError(
                .setting, "The TLS 1.3 cipher suites `\(text)` are empty. Remove the setting, or name one.")
        }
    }

    private func isSuite(_ name: String) -> Bool {
        SSL_CTX_set_ciphersuites(context, name) == 1 && list.contains { $0.isOfTLS13 && $0.standardName == name }
    }

    // MARK: Groups

    private func setGroups(_ text: String) throws(TLSError) {
        if setGroupList(text) { return }
        let unknown = text.split(separator: ":").first { !setGroupList(String($0)) }
        throw TLSError(
            .setting,
            "`\(unknown.map(String.init) ?? text)` in the TLS groups `\(text)` is unknown to OpenSSL. Choose from"
                + " X25519, P-256, P-384 and P-521, separated by colons.")
    }

    private func setGroupList(_ text: String) -> Bool { assetlog_SSL_CTX_set1_groups_list(context, text) == 1 }
}

/// A cipher as OpenSSL describes it.
private struct Cipher {
    private let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }

    var name: String { SSL_CIPHER_get_name(pointer).map { String(cString: $0) } ?? "unknown" }
    var standardName: String { SSL_CIPHER_standard_name(pointer).map { String(cString: $0) } ?? "unknown" }
    /// TLS 1.3 agrees on the key exchange elsewhere.
    var isOfTLS13: Bool { SSL_CIPHER_get_kx_nid(pointer) == NID_kx_any }
    /// Nobody is authenticated, or nothing to speak of is encrypted.
    var isBroken: Bool {
        SSL_CIPHER_get_auth_nid(pointer) == NID_auth_null || SSL_CIPHER_get_bits(pointer, nil) < 112
    }
    var isModern: Bool {
        let exchanges = [NID_kx_any, NID_kx_ecdhe, NID_kx_dhe]
        return exchanges.contains(SSL_CIPHER_get_kx_nid(pointer)) && SSL_CIPHER_is_aead(pointer) == 1
    }
}
#endif
