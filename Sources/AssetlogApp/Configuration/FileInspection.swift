import AssetlogAccess
import AssetlogCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What a server would find when it opened the files of its configuration.
struct FileInspection {
    /// What keeps it from starting or from doing its work, a sentence each.
    private(set) var problems: [String] = []
    /// What will do so later, or looks wrong.
    private(set) var warnings: [String] = []

    /// Looks at everything that a configuration names; it changes nothing.
    init(_ server: ServerConfiguration, at now: Timestamp) async {
        if geteuid() == 0 {
            warnings.append("This looks with the rights of root, who may do everything; run it as the server's user")
        }
        inspectCertificates(server.tls, at: now)
        await inspectTokens(server.auth, at: now)
        if let path = server.ui?.sessionKeyFile, let problem = SessionKeyFile.problem(path) { add(problem) }
        for file in [server.log.accessFile, server.log.auditFile] {
            if let file, !file.hasPrefix("/dev/std"), let problem = PathInspection.problem(ofAppending: file) { add(problem) }
        }
        for problem in await server.storage.setup.inspectFiles?() ?? [] { add(problem) }
        for exporter in server.exporters {
            for problem in await exporter.setup.inspectFiles?() ?? [] { add(problem) }
        }
    }

    private mutating func inspectCertificates(_ settings: TLSSettings?, at now: Timestamp) {
        guard let settings else { return }
        do {
            let found = try CertificateReloader.inspect(settings, at: now)
            found.problems.forEach { add($0) }
            warnings += found.warnings.map(Self.withoutEnd)
        } catch {
            add("\(error)")
        }
    }

    private mutating func inspectTokens(_ auth: AuthSettings, at now: Timestamp) async {
        guard let path = auth.tokensFile else { return }
        do {
            let tokens = try await TokensFile(path).tokens()
            for token in tokens where !token.isValid(at: now) {
                warnings.append("The token \(token.grant.name) in \(path) has expired; remove it")
            }
        } catch {
            "\(error)".split(separator: "\n").forEach { add(String($0)) }
        }
    }

    // One directory may be named by several keys.
    private mutating func add(_ problem: String) {
        if !problems.contains(problem) { problems.append(problem) }
    }

    private static func withoutEnd(_ sentence: String) -> String {
        sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence
    }
}
