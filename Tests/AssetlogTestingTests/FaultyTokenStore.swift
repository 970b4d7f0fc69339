import AssetlogCore
import AssetlogTesting
import Synchronization

/// What a token store of these tests does wrong.
enum TokenStoreFault: CaseIterable {
    case startsWithAToken
    case losesDeployments
    case normalizesNames
    case sortsByIdentity
    case dropsEndedTokens
    case overwrites
    case foldsCase
    case refusesNamesTwice
    case forgetsOnClose
    case forgetsOnCrash
    case revokesNothing
    case movesTheEnd
    case findsEverything
    case keepsTheOldTokenForEver
    case prolongs
    case replacesNobody
    case endsTheOldFirst
    case keepsItsVersion
    case neverTheSameVersion
    case countsOnlyItsOwnChanges
    case caches
    case loses
    case worksAfterClose

    /// The name of the case that must catch it.
    var catcher: String {
        switch self {
        case .startsWithAToken: "a new store has no token"
        case .losesDeployments, .normalizesNames: "a token comes back as it was kept, in every field"
        case .sortsByIdentity, .dropsEndedTokens: "tokens stand in the order in which they were kept, the ended ones too"
        case .overwrites: "an identity is taken once"
        case .foldsCase: "identities and names are compared byte by byte"
        case .refusesNamesTwice: "two tokens may have one name"
        case .forgetsOnClose: "tokens outlive a close"
        case .forgetsOnCrash: "what was kept, revoked and replaced outlives a crash at once"
        case .revokesNothing: "a revoked token is kept with the time of its end"
        case .movesTheEnd: "the earliest end stays"
        case .findsEverything: "revoking what is not there changes nothing, and says so"
        case .keepsTheOldTokenForEver: "a replacement keeps the new token, and lets the old one expire"
        case .prolongs: "a replacement never prolongs the old token"
        case .replacesNobody: "replacing what is not there keeps nothing, and says so"
        case .endsTheOldFirst: "a replacement by an identity that is taken changes nothing"
        case .keepsItsVersion, .neverTheSameVersion:
            "the version changes with every change of its own, and with nothing else"
        case .countsOnlyItsOwnChanges: "the version shows the changes of another store at once, each of them"
        case .caches: "what one store keeps and revokes the other shows at once"
        case .loses: "two stores that keep tokens at once lose none"
        case .worksAfterClose: "after the close every other call throws"
        }
    }
}

/// The data of the stores of a location, which outlives them.
final class TokenShelf: Sendable {
    struct Content {
        var tokens: [TokenRecord] = []
        var version: Int64 = 0
        var reads: Int64 = 0
    }

    let content = Mutex(Content())
}

/// A correct token store over a ``TokenShelf``, but for one fault.
final class FaultyTokenStore: TokenStore {
    private let shelf: TokenShelf
    private let fault: TokenStoreFault?
    private let isClosed = Atomic<Bool>(false)
    private let own = Atomic<Int64>(0)
    private let cache = Mutex<[TokenRecord]?>(nil)

    init(_ shelf: TokenShelf, _ fault: TokenStoreFault?) {
        self.shelf = shelf
        self.fault = fault
        if fault == .startsWithAToken {
            let grant = AccessGrant(name: "default", rights: .all)
            let token = TokenRecord(id: "default", hash: [], grant: grant, createdAt: .now())
            shelf.content.withLock { if $0.tokens.isEmpty { $0.tokens = [token] } }
        }
    }

    func version() async throws -> Int64 {
        try read { content in
            switch fault {
            case .keepsItsVersion: 0
            case .neverTheSameVersion: content.version + content.reads
            case .countsOnlyItsOwnChanges: own.load(ordering: .relaxed)
            default: content.version
            }
        }
    }

    func tokens() async throws -> [TokenRecord] {
        let tokens = try read { content in
            var tokens = content.tokens
            if fault == .sortsByIdentity { tokens.sort { $0.id < $1.id } }
            if fault == .dropsEndedTokens { tokens.removeAll { $0.revokedAt != nil } }
            return tokens
        }
        guard fault == .caches else { return tokens }
        return cache.withLock { cache in
            let known = cache ?? tokens
            cache = known
            return known
        }
    }

    func insert(_ token: TokenRecord) async throws {
        try change { content in
            try insert(token, &content)
            if fault == .loses, content.tokens.count % 10 == 0 { content.tokens.removeLast() }
        }
    }

    func revoke(_ id: String, at time: Timestamp) async throws -> Bool {
        try change { content in
            guard let index = index(of: id, content) else { return fault == .findsEverything }
            if fault == .revokesNothing { return true }
            let end = content.tokens[index].revokedAt ?? time
            content.tokens[index].revokedAt = fault == .movesTheEnd ? time : min(end, time)
            return true
        }
    }

    func replace(_ id: String, expiringAt time: Timestamp, by token: TokenRecord) async throws -> Bool {
        try change { content in
            let index = index(of: id, content)
            guard index != nil || fault == .replacesNobody else { return false }
            if fault != .endsTheOldFirst { try insert(token, &content) }
            if let index, fault != .keepsTheOldTokenForEver {
                let end = content.tokens[index].expiresAt ?? time
                content.tokens[index].expiresAt = fault == .prolongs ? time : min(end, time)
            }
            if fault == .endsTheOldFirst { try insert(token, &content) }
            return true
        }
    }

    func close() async {
        isClosed.store(true, ordering: .relaxed)
        if fault == .forgetsOnClose { shelf.content.withLock { $0.tokens = $0.tokens.dropLast() } }
    }

    private func insert(_ token: TokenRecord, _ content: inout TokenShelf.Content) throws {
        var token = token
        if fault == .losesDeployments { token.grant.deployments = [] }
        if fault == .normalizesNames, token.grant.name == "e\u{301}" { token.grant.name = "\u{e9}" }
        let isTaken = content.tokens.contains { $0.id == token.id }
        let isNameTaken = content.tokens.contains { $0.grant.name == token.grant.name }
        if isTaken, fault == .overwrites { return }
        guard !isTaken, !isNameTaken || fault != .refusesNamesTwice else { throw StorageError(.unavailable, "taken") }
        content.tokens.append(token)
    }

    private func index(of id: String, _ content: TokenShelf.Content) -> Int? {
        content.tokens.firstIndex { isSame($0.id, id) }
    }

    private func isSame(_ left: String, _ right: String) -> Bool {
        // Of the identities that differ in their case only, so that nothing else is caught.
        fault == .foldsCase && left.count == 3 ? left.lowercased() == right.lowercased() : left == right
    }

    private func change<Result>(_ body: (inout TokenShelf.Content) throws -> Result) throws -> Result {
        try checkOpen()
        return try shelf.content.withLock { content in
            let result = try body(&content)
            content.version += 1
            own.add(1, ordering: .relaxed)
            return result
        }
    }

    private func read<Result>(_ body: (TokenShelf.Content) throws -> Result) throws -> Result {
        try checkOpen()
        return try shelf.content.withLock { content in
            content.reads += 1
            return try body(content)
        }
    }

    private func checkOpen() throws {
        if isClosed.load(ordering: .relaxed), fault != .worksAfterClose { throw StorageError(.closed, "closed") }
    }
}

extension TokenStoreSubject {
    /// A subject whose store has one fault, or none.
    static func faulty(_ fault: TokenStoreFault?) -> TokenStoreSubject {
        TokenStoreSubject {
            let shelf = TokenShelf()
            return TokenStoreLocation(
                open: { FaultyTokenStore(shelf, fault) },
                crash: {
                    if fault == .forgetsOnCrash { shelf.content.withLock { $0.tokens = $0.tokens.dropLast() } }
                })
        }
    }
}
