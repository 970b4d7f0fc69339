import AssetlogCatalog
import AssetlogCore

extension AssetState {
    /// The word that people read.
    var title: String {
        switch self {
        case .failed: "Failed"
        case .checkFailed: "Check failed"
        case .running: "Running"
        case .warned: "Warning"
        case .missing: "Missing"
        case .ok: "OK"
        }
    }

    /// The shape that goes with the word, so that colour is never alone.
    var mark: String {
        switch self {
        case .failed: "✕"
        case .checkFailed: "◆"
        case .running: "▸"
        case .warned: "▲"
        case .missing: "○"
        case .ok: "●"
        }
    }

    /// The state as a label.
    var badge: HTML { "<span class=\"state \(name)\"><span aria-hidden=\"true\">\(mark)</span> \(title)</span>" }
}

extension CheckResult {
    /// The word that people read.
    var title: String {
        switch self {
        case .failed: "Failed"
        case .warned: "Warning"
        case .passed: "Passed"
        }
    }

    /// The result as a label.
    var badge: HTML {
        "<span class=\"state \(self == .failed ? "check_failed" : self == .warned ? "warned" : "ok")\">\(mark) \(title)</span>"
    }

    private var mark: HTML {
        let mark =
            switch self {
            case .failed: "◆"
            case .warned: "▲"
            case .passed: "●"
            }
        return "<span aria-hidden=\"true\">\(mark)</span>"
    }
}

extension EventKind {
    /// The words that people read.
    var title: String {
        switch self {
        case .materialization: "Materialized"
        case .observation: "Observed"
        case .check: "Check"
        case .materializationStarted: "Started"
        case .materializationFailed: "Failed"
        case .materializationSkipped: "Skipped"
        case .void: "Void"
        case .wipe: "Wiped"
        }
    }

    /// The noun, for counts and filters.
    func noun(_ count: Int) -> String {
        let noun =
            switch self {
            case .materialization: "materialization"
            case .observation: "observation"
            case .check: "check result"
            case .materializationStarted: "start"
            case .materializationFailed: "failure"
            case .materializationSkipped: "skip"
            case .void: "void"
            case .wipe: "wipe"
            }
        return count == 1 ? noun : noun + "s"
    }
}

extension StateCounts {
    /// The states that there are, the worst first, with their numbers.
    var present: [(state: AssetState, count: Int)] {
        AssetState.allCases.compactMap { self[$0] > 0 ? ($0, self[$0]) : nil }
    }

    /// One bar with a part for each state.
    func bar(label: String) -> HTML {
        guard total > 0 else { return "" }
        var (parts, x): ([HTML], Double) = ([], 0)
        for (state, count) in present {
            // The fewest are still to be seen.
            let width = max(100 * Double(count) / Double(total), 1.5)
            parts.append("<rect class=\"fill-\(state.name)\" x=\"\(Self.text(x))\" width=\"\(Self.text(width))\" height=\"8\"/>")
            x += width
        }
        let words = present.map { "\($0.count) \($0.state.title.lowercased())" }.joined(separator: ", ")
        return """
            <svg class="statebar" viewBox="0 0 \(Self.text(max(x, 1))) 8" preserveAspectRatio="none" role="img" \
            aria-label="\(label): \(words)">\(HTML.joined(parts))</svg>
            """
    }

    private static func text(_ number: Double) -> String { "\((number * 100).rounded() / 100)" }
}
