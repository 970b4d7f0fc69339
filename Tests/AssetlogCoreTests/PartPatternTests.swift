import AssetlogCore
import Testing

@Suite("A pattern over parts")
struct PartPatternTests {
    struct Match: CustomTestStringConvertible, Sendable {
        var pattern: String
        var matching: [[String]]
        var other: [[String]]
        var testDescription: String { pattern }

        init(_ pattern: String, _ matching: [[String]], not other: [[String]]) {
            (self.pattern, self.matching, self.other) = (pattern, matching, other)
        }
    }

    static let matches = [
        Match("orders", [["orders"]], not: [["Orders"], ["order"], ["orders", ""], ["a", "orders"], [""], []]),
        Match("a/b", [["a", "b"]], not: [["a"], ["a", "b", "c"], ["a/b"], ["b", "a"]]),
        Match("*", [["a"], [""], ["a/b"], ["**"]], not: [[], ["a", "b"]]),
        Match("**", [["a"], ["a", "b", "c"], [""], []], not: []),
        Match("a/*", [["a", "b"], ["a", ""]], not: [["a"], ["a", "b", "c"], ["b", "b"]]),
        Match("a/**", [["a"], ["a", "b"], ["a", "b", "c"], ["a", ""]], not: [["b"], ["ab"], ["b", "a"]]),
        Match("**/z", [["z"], ["a", "z"], ["z", "z"], ["a", "b", "z"]], not: [["z", "a"], ["az"], []]),
        Match("a/**/z", [["a", "z"], ["a", "b", "z"], ["a", "z", "z"]], not: [["a"], ["z"], ["a", "z", "b"], ["b", "z"]]),
        Match("**/b/**", [["b"], ["a", "b"], ["b", "c"], ["b", "b"]], not: [["a"], ["ab", "c"], []]),
        Match("a/**/**/z", [["a", "z"], ["a", "b", "c", "z"]], not: [["a"], ["a", "z", "c"]]),
        Match("*/*", [["a", "b"]], not: [["a"], ["a", "b", "c"]]),
        Match("**/*", [["a"], ["a", "b"]], not: [[]]),
        Match("raw_*", [["raw_"], ["raw_x"], ["raw_a/b"], ["raw_*"]], not: [["raw"], ["xraw_"], ["raw_", "x"]]),
        Match("*_raw", [["_raw"], ["x_raw"], ["_raw_raw"]], not: [["raw"], ["_raws"]]),
        Match("a*b*c", [["abc"], ["a-b-c"], ["abbcc"], ["abcbc"]], not: [["acb"], ["ab"], ["bc"], ["abcd"], ["xabc"]]),
        Match("ab*ba", [["abba"], ["abxba"]], not: [["aba"], ["ab"], ["ba"]]),
        Match("*a*", [["a"], ["bab"]], not: [["b"], [""]]),
        Match("*aa*aa*", [["aaaa"], ["aaxaa"]], not: [["aaa"], ["aa"]]),
        Match("***", [["a"], [""]], not: [["a", "b"], []]),
        Match("a**", [["a"], ["ab"]], not: [["a", "b"], ["b"]]),
        Match("a//b", [["a", "", "b"]], not: [["a", "b"], ["a", "x", "b"]]),
        Match("/", [["", ""]], not: [[""], ["/"], []]),
        Match("a/", [["a", ""]], not: [["a"]]),
        Match("ä*", [["ä"], ["äx"]], not: [["a"], ["a\u{308}"]]),
        Match("*\u{308}", [["a\u{308}"], ["\u{308}"]], not: [["ä"]]),
        Match("\"q\"", [["\"q\""]], not: [["q"]]),
        Match("*\"", [["\""], ["a\""]], not: [["a"], ["\"a"]]),
        Match("a\\b", [["a\\b"]], not: [["ab"], ["a\\\\b"]]),
        Match("a\n*", [["a\n"], ["a\nb"]], not: [["an"], ["a\\n"]]),
        Match("?", [["?"]], not: [["a"]]),
        Match("[a-c]", [["[a-c]"]], not: [["a"]]),
        Match("{a,b}", [["{a,b}"]], not: [["a"]]),
        Match("💥*/\u{1F9EA}", [["💥", "🧪"], ["💥x", "🧪"]], not: [["💥"], ["x", "🧪"]]),
    ]

    @Test("matches as it is written, part by part", arguments: matches)
    func parts(_ match: Match) throws {
        let pattern = try #require(PartPattern(match.pattern))
        for parts in match.matching { #expect(pattern.matches(parts.map { Array($0.utf8) }), "\(parts)") }
        for parts in match.other { #expect(!pattern.matches(parts.map { Array($0.utf8) }), "\(parts)") }
    }

    @Test("has pieces that stand in the canonical text of every key that matches, in their order", arguments: matches)
    func pieces(_ match: Match) throws {
        let pattern = try #require(PartPattern(match.pattern))
        let pieces = pattern.canonicalPieces.map { Array($0.utf8) }
        for parts in match.matching {
            var rest = Array(AssetKey(parts).canonical.utf8)[...]
            if pieces.count == 1 { #expect(rest.elementsEqual(pieces[0])) }
            #expect(rest.starts(with: pieces[0]), "\(parts)")
            #expect(rest.suffix(pieces[pieces.count - 1].count).elementsEqual(pieces[pieces.count - 1]), "\(parts)")
            for piece in pieces where !piece.isEmpty {
                while !rest.isEmpty, !rest.starts(with: piece) { rest = rest.dropFirst() }
                #expect(rest.starts(with: piece), "\(parts), \(String(decoding: piece, as: UTF8.self))")
                rest = rest.dropFirst(piece.count)
            }
        }
    }

    @Test("matches the canonical text of a key as it matches the parts", arguments: matches)
    func canonicalText(_ match: Match) throws {
        let pattern = try #require(PartPattern(match.pattern))
        func matches(_ parts: [String]) -> Bool {
            Array(AssetKey(parts).canonical.utf8).withUnsafeBytes { pattern.matches(canonicalKey: $0) }
        }
        for parts in match.matching { #expect(matches(parts), "\(parts)") }
        for parts in match.other { #expect(!matches(parts), "\(parts)") }
    }

    @Test("keeps the text that it was made of")
    func description() {
        #expect(PartPattern("a/**/**/é*")?.description == "a/**/**/é*")
        #expect(PartPattern("**")?.matchesEverything == true)
        #expect(PartPattern("**/**")?.matchesEverything == true)
        for other in ["*", "**/*", "a/**", "***"] { #expect(PartPattern(other)?.matchesEverything == false, "\(other)") }
    }

    @Test("has bounds")
    func bounds() throws {
        #expect(PartPattern("") == nil)
        #expect(PartPattern(String(repeating: "a", count: 2048)) != nil)
        #expect(PartPattern(String(repeating: "a", count: 2049)) == nil)
        #expect(PartPattern(Array(repeating: "a", count: 63).joined(separator: "/")) == nil)
        let parts = (0..<62).map { "p\($0)" }
        let longest = try #require(PartPattern(parts.joined(separator: "/")))
        #expect(longest.matches(parts.map { Array($0.utf8) }))
        #expect(!longest.matches(parts.dropLast().map { Array($0.utf8) }))
        #expect(!longest.matches((parts + ["x"]).map { Array($0.utf8) }))
        // Steps that stand for any number of parts are one when they follow each other.
        #expect(PartPattern(Array(repeating: "**", count: 500).joined(separator: "/")) != nil)
    }

    @Test(
        "answers soon, whatever the pattern and the key are", .timeLimit(.minutes(1)),
        arguments: [
            (Array(repeating: "**/a", count: 31).joined(separator: "/"), Array(repeating: "a", count: 1000) + ["b"]),
            (String(repeating: "*a", count: 1000), [String(repeating: "a", count: 2000) + "b"]),
            (String(repeating: "*a", count: 500) + "*b*", [String(repeating: "a", count: 100_000)]),
            (
                Array(repeating: "**/*a*a*a*", count: 30).joined(separator: "/"),
                Array(repeating: "aaaaaab", count: 300) + ["b"]
            ),
        ])
    func pathological(_ pattern: String, _ parts: [String]) throws {
        #expect(try !#require(PartPattern(pattern)).matches(parts.map { Array($0.utf8) }))
    }
}
