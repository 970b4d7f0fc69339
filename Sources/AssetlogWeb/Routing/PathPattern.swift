/// The paths of a route: `/api/v1/events/{event_id}`. A segment in braces stands for any one segment that is not empty; a
/// last segment `{NAME...}` stands for all that follow, which may be none.
package struct PathPattern: Hashable, Sendable, CustomStringConvertible {
    private enum Segment: Hashable {
        case text(String)
        case parameter(String)
        /// All that follow.
        case remaining(String)

        init(_ text: String) {
            guard text.hasPrefix("{"), text.hasSuffix("}") else {
                self = .text(text)
                return
            }
            let name = text.dropFirst().dropLast()
            self = name.hasSuffix("...") ? .remaining(String(name.dropLast(3))) : .parameter(String(name))
        }
    }

    /// The pattern as it was written.
    package let description: String
    private let segments: [Segment]

    /// Reads a pattern.
    package init(_ text: String) {
        description = text
        segments = RequestPath(text).segments.map(Segment.init)
    }

    /// The values of the parameters in a path; nil: it is none of the route's.
    func match(_ path: RequestPath) -> [String: String]? {
        var parameters: [String: String] = [:]
        var values = path.segments[...]
        for segment in segments {
            if case .remaining(let name) = segment {
                parameters[name] = values.joined(separator: "/")
                return parameters
            }
            guard let value = values.popFirst() else { return nil }
            switch segment {
            case .text(let text): guard value == text else { return nil }
            case .parameter(let name):
                guard !value.isEmpty else { return nil }
                parameters[name] = value
            case .remaining: break
            }
        }
        return values.isEmpty ? parameters : nil
    }
}
