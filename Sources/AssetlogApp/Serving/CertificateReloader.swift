import AssetlogCore
import AssetlogObservation
import AssetlogTLS
import Foundation
import Logging
import NIOCore

/// The certificates of a running server: it watches their files and lets new connections have what is in them.
struct CertificateReloader: Sendable {
    private let settings: TLSSettings
    private let store: TLSContextStore
    // Files are read on a thread of their own, never on those of Swift's tasks.
    private let thread = BlockingPool("certificates")
    private let audit: AuditLog
    private let logger: Logger

    /// Reads the certificates for the first time.
    ///
    /// - Throws: `TLSError` that names the file or the setting.
    init(_ settings: TLSSettings, handshakeTimeout: Duration, audit: AuditLog, logger: Logger) throws {
        self.settings = settings
        self.audit = audit
        self.logger = logger
        store = try TLSContextStore(try Self.configuration(settings, handshakeTimeout))
        Self.warn(store.current.warnings, logger)
    }

    /// Makes the handler that secures one connection.
    func makeHandler() throws -> any ChannelHandler {
        try TLSServerHandler(context: store.current)
    }

    /// Looks at the files once a second until it is cancelled.
    func watch() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1))
            let outcome = try? await thread.run { store.reloadIfChanged(furtherCertificates()) }
            if let outcome = outcome ?? nil { note(outcome) }
        }
    }

    /// Reads the files again, because the operator said so.
    func reload() async {
        do {
            note(try await thread.run { store.reload(furtherCertificates()) })
        } catch {
            logger.error(
                "The certificates can't be reloaded; still serving the previous ones.", metadata: ["error": "\(error)"])
        }
    }

    // A directory that can't be listed for a moment takes nothing away.
    private func furtherCertificates() -> [TLSCertificateFiles]? {
        settings.moreCertificates.flatMap { try? Self.pairs(in: $0) }
    }

    private func note(_ outcome: TLSReloadOutcome) {
        let file = LogField("certificate", settings.certificate)
        switch outcome {
        case .reloaded(let warnings):
            audit.recordToFileOnly(AuditEvent(.certificateReloaded, [file]))
            logger.notice("The certificates were reloaded.", metadata: ["tls.certificate": "\(settings.certificate)"])
            Self.warn(warnings, logger)
        case .failed(let error):
            audit.recordToFileOnly(AuditEvent(.certificateReloadFailed, [file, LogField("reason", "\(error)")]))
            logger.error(
                "The certificates can't be reloaded; still serving the previous ones.", metadata: ["error": "\(error)"])
        }
    }

    /// Reads the certificates as a server would.
    ///
    /// - Returns: What will make clients refuse them soon or now, and what else deserves attention.
    /// - Throws: `TLSError` that names the file or the setting.
    static func inspect(_ settings: TLSSettings, at now: Timestamp) throws -> (problems: [String], warnings: [String]) {
        let context = try TLSContext(try configuration(settings, .seconds(10)))
        let second = now.microseconds / 1_000_000
        var (problems, warnings) = ([String](), [String]())
        for sentence in context.warnings {
            // An expired one is a warning to a server, which had better continue, and a problem to the one who asks whether all is well.
            let isOver = context.certificates.contains {
                ($0.expiry ?? .max) < second && sentence.contains($0.file) && sentence.contains("expired")
            }
            if isOver { problems.append(sentence) } else { warnings.append(sentence) }
        }
        for certificate in context.certificates {
            guard let expiry = certificate.expiry, (second..<second + 14 * 86_400).contains(expiry) else { continue }
            let end = Timestamp(microseconds: expiry * 1_000_000)
            warnings.append("The certificate in \(certificate.file) expires soon, at \(end). Renew it.")
        }
        return (problems, warnings)
    }

    private static func warn(_ sentences: [String], _ logger: Logger) {
        for sentence in sentences {
            logger.warning("A certificate needs attention.", metadata: ["tls.warning": "\(sentence)"])
        }
    }

    private static func configuration(_ settings: TLSSettings, _ handshakeTimeout: Duration) throws -> TLSConfiguration {
        TLSConfiguration(
            certificateFile: settings.certificate, keyFile: settings.key,
            furtherCertificates: try settings.moreCertificates.map(pairs) ?? [],
            clientAuthentication: clientAuthentication(settings),
            minimumVersion: settings.minimumVersion == .tls13 ? .v1_3 : .v1_2, ciphers: settings.ciphers,
            cipherSuites: settings.cipherSuites, groups: settings.groups, ocspResponseFile: settings.ocspResponse,
            handshakeTimeout: TimeAmount(handshakeTimeout))
    }

    private static func clientAuthentication(_ settings: TLSSettings) -> TLSClientAuthentication {
        guard let authorities = settings.clientAuthorities else { return .none }
        return settings.clientCertificates == .required ? .required(caFile: authorities) : .optional(caFile: authorities)
    }

    /// The pairs of a directory: each `NAME.pem` with `NAME.key`.
    private static func pairs(in directory: String) throws -> [TLSCertificateFiles] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
        } catch {
            throw TLSError(
                .file, "\(directory), the directory of additional certificates (server.tls.more_certificates), can't be read.")
        }
        return names.filter { $0.hasSuffix(".pem") }.map { name in
            TLSCertificateFiles(
                certificateFile: "\(directory)/\(name)", keyFile: "\(directory)/\(name.dropLast(4)).key")
        }
    }
}
