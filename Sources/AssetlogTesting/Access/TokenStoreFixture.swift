import AssetlogCore

/// A token store under test, with a model of what it must hold.
///
/// It belongs to the task of one case.
final class TokenStoreFixture: @unchecked Sendable {
    // Sendable because the cases' closures are; a case uses its bench from one task at a time.

    let location: TokenStoreLocation
    private(set) var store: any TokenStore
    var model: [TokenRecord] = []
    private var made = 0

    init(_ location: TokenStoreLocation) async throws {
        self.location = location
        store = try await location.open()
    }

    /// Makes a token that is a little different from all before it.
    func make(expiresAt: Timestamp? = nil) -> TokenRecord {
        made += 1
        let number = made
        return TokenRecord(
            id: "token\(number)", hash: (0..<32).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ number) },
            grant: AccessGrant(
                name: "name \(number)", rights: AccessRights(rawValue: UInt8(number % 32)),
                assets: number % 2 == 0 ? [] : ["raw/**", "a\(number)"].compactMap { PartPattern($0) },
                deployments: number % 3 == 0 ? [] : ["prod\(number)"].compactMap { PartPattern($0) }),
            certificateNames: number % 4 == 0 ? ["DNS:w\(number).example.com"] : [],
            createdAt: Timestamp(microseconds: Int64(number) * 1000), expiresAt: expiresAt)
    }

    /// Makes tokens and keeps them in the store and the model.
    @discardableResult
    func fill(_ count: Int) async throws -> [TokenRecord] {
        var tokens: [TokenRecord] = []
        for _ in 0..<count {
            let token = make()
            try await store.insert(token)
            tokens.append(token)
        }
        model += tokens
        return tokens
    }

    /// Closes the store and opens it again.
    func reopen() async throws {
        await store.close()
        store = try await location.open()
    }

    /// Opens what a crash has left.
    func open() async throws {
        store = try await location.open()
    }

    /// Checks that a store, or the one of the bench, holds the tokens of the model.
    func check(_ when: String, in other: (any TokenStore)? = nil) async throws {
        try Self.compare(try await (other ?? store).tokens(), model, when)
    }

    /// Compares tokens, byte by byte and in their order.
    static func compare(_ found: [TokenRecord], _ expected: [TokenRecord], _ when: String) throws {
        for (found, expected) in zip(found, expected) where !found.isSame(as: expected) {
            throw ConformanceFailure(
                "\(when) the token \(expected.summary) was expected, and \(found.summary) was found in its place.")
        }
        try expect(
            found.count == expected.count, "\(when) there are \(found.count) tokens, expected \(expected.count).")
    }

    /// Makes a change and checks that the version shows it, to the bench's own store.
    func checkVersionChanges(_ what: String, _ change: () async throws -> Void) async throws {
        let before = try await store.version()
        try await change()
        let after = try await store.version()
        try expect(after != before, "\(what) left the version at \(before); a server would not notice.")
    }
}

extension TokenRecord {
    /// Whether two tokens are the same in every byte. (Swift's texts are equal when they only look alike.)
    func isSame(as other: TokenRecord) -> Bool {
        self == other && texts.elementsEqual(other.texts) { $0.utf8.elementsEqual($1.utf8) }
    }

    private var texts: [String] {
        [id, grant.name] + certificateNames + (grant.assets + grant.deployments).map(\.description)
    }

    var summary: String {
        "\(id.debugDescription) (\(grant.name.debugDescription), allows \(grant.rights.names), assets \(grant.assets),"
            + " deployments \(grant.deployments), certificates \(certificateNames), created \(createdAt.microseconds),"
            + " expires \(expiresAt.map { "\($0.microseconds)" } ?? "never"),"
            + " revoked \(revokedAt.map { "\($0.microseconds)" } ?? "never"), a hash of \(hash.count) bytes)"
    }
}
