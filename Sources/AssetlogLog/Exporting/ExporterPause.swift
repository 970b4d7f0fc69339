package import AssetlogCore

/// Whether an exporter may work, as the storage keeps it in the text of its pause.
package enum ExporterPause: Hashable, Sendable {
    /// It may.
    case none
    /// It is paused, for a reason.
    case paused(String)
    /// It may, since an operator resumed it at this time. A server that sees a new time here tries again at once what had stopped.
    case resumed(Timestamp)

    private static let resumption = "It was resumed at "

    /// Reads what the storage keeps.
    package init(_ text: String?) {
        guard let text else {
            self = .none
            return
        }
        let isResumption = text.utf8.starts(with: Self.resumption.utf8)
        let time = isResumption ? Timestamp(String(text.dropFirst(Self.resumption.count))) : nil
        self = time.map(Self.resumed) ?? .paused(text)
    }

    /// What the storage keeps.
    package var text: String? {
        switch self {
        case .none: nil
        case .paused(let reason): reason
        case .resumed(let time): "\(Self.resumption)\(time)"
        }
    }

    /// Whether an operator has resumed the exporter since this was read.
    func isResumed(by newer: ExporterPause) -> Bool {
        if case .resumed = newer { self != newer } else { false }
    }

    /// Why it is paused; nil: it is not.
    package var reason: String? {
        if case .paused(let reason) = self { reason } else { nil }
    }
}

extension ConsumerStore {
    /// Whether an exporter may work.
    package func exporterPause(of name: String) async throws -> ExporterPause { ExporterPause(try await pause(of: name)) }
}
