import AssetlogCore
import AssetlogJournal
import AssetlogTLS
import Foundation
import Logging
import NIOCore

/// The certificates of a running server: it watches their files and lets new connections have what is in them.
struct CertificateKeeper: Sendable {
    private let settings: TLSSettings
    private let store: TLSContextStore
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
            if let outcome = store.reloadIfChanged(furtherCertificates()) { note(outcome) }
        }
    }

    /// Reads the files anew, because the operator said so.
    func reload() {
        note(store.reload(furtherCertificates()))
    }

    // A folder that can't be listed for a moment takes nothing away.
    private func furtherCertificates() -> [TLSCertificateFiles]? {
        settings.moreCertificates.flatMap { try? Self.pairs(in: $0) }
    }

    private func note(_ outcome: TLSReloadOutcome) {
        let file = JournalField("certificate", settings.certificate)
        switch outcome {
        case .reloaded(let warnings):
            audit.recordTold(AuditEvent(.certificateReloaded, [file]))
            logger.notice("The certificates were reloaded.", metadata: ["tls.certificate": "\(settings.certificate)"])
            Self.warn(warnings, logger)
        case .failed(let error):
            audit.recordTold(AuditEvent(.certificateReloadFailed, [file, JournalField("reason", "\(error)")]))
            logger.error(
                "The certificates can't be reloaded; still serving the previous ones.", metadata: ["error": "\(error)"])
        }
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
            minimumVersion: settings.minimumVersion == "1.3" ? .v1_3 : .v1_2, ciphers: settings.ciphers,
            cipherSuites: settings.cipherSuites, groups: settings.groups, ocspResponseFile: settings.ocspResponse,
            handshakeTimeout: TimeAmount(handshakeTimeout))
    }

    private static func clientAuthentication(_ settings: TLSSettings) -> TLSClientAuthentication {
        guard let authorities = settings.clientAuthorities else { return .none }
        return settings.clientCertificates == .required ? .required(caFile: authorities) : .optional(caFile: authorities)
    }

    /// The pairs of a folder: each `NAME.pem` with `NAME.key`.
    private static func pairs(in folder: String) throws -> [TLSCertificateFiles] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        } catch {
            throw TLSError(
                .file, "\(folder), the directory of additional certificates (server.tls.more_certificates), can't be read.")
        }
        return names.filter { $0.hasSuffix(".pem") }.map { name in
            TLSCertificateFiles(
                certificateFile: "\(folder)/\(name)", keyFile: "\(folder)/\(name.dropLast(4)).key")
        }
    }
}
