import AssetlogCore

extension ReceiverConformance {
    /// Where a receiver takes requests.
    static let routing: [ConformanceCase<ReceiverSubject>] = [
        test("the routes are such as a server has room for") { fixture in
            try expect(!fixture.setup.routes.isEmpty, "The receiver has no route, so that nothing ever comes to it.")
            var paths: Set<String> = []
            for route in fixture.setup.routes {
                try expect(paths.insert(route.path).inserted, "Two routes have the path \(route.path).")
                if let problem = problem(with: route) { throw ConformanceFailure("The route \(route.path) \(problem).") }
            }
        },
        test("every sample comes to a route that takes it") { fixture in
            for (index, sample) in fixture.subject.samples.enumerated() {
                guard let route = fixture.setup.routes.first(where: { $0.path == sample.path }) else {
                    throw ConformanceFailure("Sample \(index) comes to \(sample.path), where the receiver has no route.")
                }
                try expect(
                    route.form(contentType: sample.contentType) != nil,
                    "Sample \(index) has the Content-Type \(sample.contentType ?? "(none)"), which \(route.path) does not take.")
                try expect(
                    sample.body.count <= route.maximumElementBytes,
                    "Sample \(index) has \(sample.body.count) bytes; \(route.path) takes at most \(route.maximumElementBytes).")
                for name in sample.headers.keys.sorted() {
                    try expect(route.shows(header: name), "Sample \(index) has the header \(name), which \(route.path) does not ask for.")
                }
            }
        },
    ]

    private static func problem(with route: ReceiverRoute) -> String? {
        if let problem = route.pathProblem { return problem }
        guard !route.bodies.isEmpty else { return "takes no kind of body" }
        guard route.bodies.allSatisfy({ isMediaType($0.mediaType) }) else {
            return "must name media types in lower case without parameters, or *"
        }
        guard route.maximumElementBytes > 0 else { return "takes no bytes" }
        let areHeaders = route.headers.allSatisfy { !$0.isEmpty && $0 == $0.lowercased() && $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f } }
        return areHeaders ? nil : "must name headers in lower case"
    }

    private static func isMediaType(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let isPair =
            parts.count == 2
            && parts.allSatisfy { part in
                !part.isEmpty && part.utf8.allSatisfy { "!#$&-^_.+".utf8.contains($0) || isAlphanumeric($0) }
            }
        return text == "*" || (isPair && text == text.lowercased())
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }
}
