import Testing

@testable import AssetlogPages

@Suite struct MarkdownTests {
    private static func html(_ text: String) -> String {
        let markup = MarkdownView(text).html.markup
        let (start, end) = ("<div class=\"markdown\" dir=\"auto\">", "</div>")
        return String(markup.dropFirst(start.count).dropLast(end.count))
    }

    private static let link = "rel=\"noopener noreferrer nofollow\""

    @Test(
        "Blocks",
        arguments: [
            ("", ""), ("a\nb", "<p>a\nb</p>\n"), ("a\r\nb\r\n\r\nc", "<p>a\nb</p>\n<p>c</p>\n"), ("   a", "<p>a</p>\n"),
            ("# a", "<h4>a</h4>\n"), ("## a ##", "<h5>a</h5>\n"), ("###### a #b", "<h6>a #b</h6>\n"), ("#a", "<p>#a</p>\n"),
            ("#", "<h4></h4>\n"), ("####### a", "<p>####### a</p>\n"), ("a\n# b", "<p>a</p>\n<h4>b</h4>\n"),
            ("a\n===", "<h4>a</h4>\n"), ("a\nb\n---", "<h5>a\nb</h5>\n"), ("---", "<hr>\n"), ("* * *\n_ _ _", "<hr>\n<hr>\n"),
            ("    x\n\n\ty\n\nz", "<pre tabindex=\"0\" dir=\"ltr\"><code>x\n\ny</code></pre>\n<p>z</p>\n"),
            ("```swift\na *b*\n\n<c>\n```\nd", "<pre tabindex=\"0\" dir=\"ltr\"><code>a *b*\n\n&lt;c&gt;</code></pre>\n<p>d</p>\n"),
            ("~~~~\na\n~~~\n~~~~", "<pre tabindex=\"0\" dir=\"ltr\"><code>a\n~~~</code></pre>\n"),
            ("```\na", "<pre tabindex=\"0\" dir=\"ltr\"><code>a</code></pre>\n"),
            ("> a\n> > b\nc\n\nd", "<blockquote>\n<p>a</p>\n<blockquote>\n<p>b\nc</p>\n</blockquote>\n</blockquote>\n<p>d</p>\n"),
            ("- a\n- b\nc\n* d", "<ul>\n<li>a\n</li>\n<li>b\nc\n</li>\n</ul>\n<ul>\n<li>d\n</li>\n</ul>\n"),
            ("- a\n\n- b", "<ul>\n<li><p>a</p>\n</li>\n<li><p>b</p>\n</li>\n</ul>\n"),
            ("1. a\n2. b", "<ol>\n<li>a\n</li>\n<li>b\n</li>\n</ol>\n"), ("7) a", "<ol start=\"7\">\n<li>a\n</li>\n</ol>\n"),
            ("a\n7. b", "<p>a\n7. b</p>\n"), ("a\n- b", "<p>a</p>\n<ul>\n<li>b\n</li>\n</ul>\n"),
            (
                "- a\n  - b\n    1. c\n       - d\n- e",
                "<ul>\n<li>a\n<ul>\n<li>b\n<ol>\n<li>c\n- d\n</li>\n</ol>\n</li>\n</ul>\n</li>\n<li>e\n</li>\n</ul>\n"
            ),
            ("- a\n\n      x", "<ul>\n<li><p>a</p>\n<pre tabindex=\"0\" dir=\"ltr\"><code>x</code></pre>\n</li>\n</ul>\n"),
            ("-\n- a", "<ul>\n<li></li>\n<li>a\n</li>\n</ul>\n"), ("-a", "<p>-a</p>\n"), ("1234567890. a", "<p>1234567890. a</p>\n"),
            ("<b>x</b>\n<!-- y -->", "<p>&lt;b&gt;x&lt;/b&gt;\n&lt;!-- y --&gt;</p>\n"),
        ])
    func blocks(text: String, expected: String) {
        #expect(Self.html(text) == expected)
    }

    @Test(
        "Tables",
        arguments: [
            (
                "| a | b |\n|---|:-:|\n| 1 | *2* |\n| 3 |\n\nx",
                "<tr><th scope=\"col\">a</th><th scope=\"col\" class=\"center\">b</th></tr>\n</thead><tbody>\n"
                    + "<tr><td>1</td><td class=\"center\"><em>2</em></td></tr>\n<tr><td>3</td></tr>\n</tbody></table></div>\n<p>x</p>\n"
            ),
            (
                "a|b\n-|-:\n1\\|2|3|4",
                "<tr><th scope=\"col\">a</th><th scope=\"col\" class=\"end\">b</th></tr>\n</thead><tbody>\n"
                    + "<tr><td>1|2</td><td class=\"end\">3</td></tr>\n</tbody></table></div>\n"
            ),
        ])
    func tables(text: String, expected: String) {
        let start = "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table><thead>\n"
        #expect(Self.html(text) == start + expected)
        #expect(Self.html("text\n" + text).hasPrefix("<p>text</p>\n" + start))
    }

    @Test("What looks like a table only", arguments: ["a|b\n---", "a|b\n|-|-|-|", "a|b\n|-|x|", "a\n|-|-|", "|-|-|"])
    func noTables(text: String) {
        #expect(!Self.html(text).contains("<table"))
    }

    @Test(
        "Text in a line",
        arguments: [
            ("*a* **b** _c_ __d__", "<em>a</em> <strong>b</strong> <em>c</em> <strong>d</strong>"),
            ("***a***", "<em><strong>a</strong></em>"), ("**a *b* c**", "<strong>a <em>b</em> c</strong>"),
            ("*a **b***", "<em>a <strong>b</strong></em>"),
            ("snake_case_name a*b", "snake_case_name a*b"), ("a*b*c", "a<em>b</em>c"), ("* a *b", "<ul>"),
            ("**a*b**", "<strong>a*b</strong>"),
            ("*a _b* c_", "<em>a _b</em> c_"), ("5 * 3 * 2", "5 * 3 * 2"), ("****a****", "****a****"),
            ("`a` ``b`c`` `d", "<code>a</code> <code>b`c</code> `d"), ("`` ` ``", "<code>`</code>"), ("`*a*`", "<code>*a*</code>"),
            ("\\`a\\` \\*b\\* \\q \\\\", "`a` *b* \\q \\"), ("&amp;&lt;&copy; &", "&amp;&lt;&amp;copy; &amp;"),
            ("a  \nb\\\nc", "a<br>\nb<br>c"), ("a  ", "a"),
            ("[a *b*](https://c \"t\")", "<a href=\"https://c\" \(link)>a <em>b</em></a>"),
            ("[a](<https://c/(>)", "<a href=\"https://c/(\" \(link)>a</a>"),
            ("[a](https://c/(d))", "<a href=\"https://c/(d)\" \(link)>a</a>"),
            ("![alt](https://c/i.png)", "<a href=\"https://c/i.png\" \(link)>alt</a>"),
            ("![](https://c)", "<a href=\"https://c\" \(link)>https://c</a>"),
            ("[![b](https://c/i)](https://d)", "<a href=\"https://d\" \(link)>b</a>"),
            ("[a [b](https://c)](https://d)", "[a <a href=\"https://c\" \(link)>b</a>](https://d)"),
            ("<https://a?b&c>", "<a href=\"https://a?b&amp;c\" \(link)>https://a?b&amp;c</a>"),
            ("[x <https://a>](https://b)", "<a href=\"https://b\" \(link)>x https://a</a>"),
            ("*[a*](https://b)", "*<a href=\"https://b\" \(link)>a*</a>"),
            ("*[a](https://b)*", "<em><a href=\"https://b\" \(link)>a</a></em>"),
            ("[a](b.md) [c] [d][e] ](", "[a](b.md) [c] [d][e] ]("), ("[a](javascript:x)", "[a](javascript:x)"),
            ("日本*語*", "日本<em>語</em>"), ("\u{202e}x", "\u{202e}x"),
        ])
    func inline(text: String, expected: String) {
        let html = Self.html(text)
        #expect(expected == "<ul>" ? html.hasPrefix(expected) : html == "<p>\(expected)</p>\n")
    }

    @Test(
        "Nothing leads elsewhere than to http and https",
        arguments: [
            "javascript:alert(1)", "JAVASCRIPT:alert(1)", " javascript:x", "java\tscript:x", "java\nscript:x", "&#106;avascript:x",
            "&#x6A;avascript:x",
            "javascript&colon;x", "data:text/html;base64,x", "vbscript:x", "file:///etc/passwd", "//x", "https:javascript:x",
            "\u{1}javascript:x",
            "https\u{0}://x", "%6aavascript:x", "https://\"onclick=x", "https://x`", "ftp://x", "mailto:a@b", "#top", "/admin",
        ])
    func addresses(address: String) {
        for text in ["[a](\(address))", "[a](<\(address)>)", "<\(address)>", "![a](\(address))", "[a]( \(address) 'title')"] {
            let html = Self.html(text)
            #expect(!html.contains("<a "), "\(text)")
            Markup.check(html)
        }
    }

    // MARK: Any input

    private static let pieces = [
        "*", "**", "***", "_", "__", "`", "``", "```", "[", "]", "](https://a)", "](javascript:x)", "![", "(", ")", "<", ">", "<https://b>",
        "<script>",
        "\\", "\n", "\n\n", "  \n", "    ", "\t", "# ", "- ", "+ ", "1. ", "> ", "---", "===", "|", "|-|-|", ":-:", "a", "b c", "é",
        "\u{202e}", "&amp;",
        "\"", "'", "~~~", "\r", "\u{0}", "https://c", " ",
    ]

    @Test("Any input becomes balanced elements that are allowed, and links to http and https only", arguments: 0..<20)
    func random(seed: UInt64) {
        var generator = Generator(state: seed)
        for _ in 0..<100 {
            let text = (0..<Int.random(in: 1...60, using: &generator)).map { _ in Self.pieces.randomElement(using: &generator) ?? "" }
                .joined()
            let html = MarkdownView(text).html.markup
            Markup.check(html, "\(text.debugDescription)")
            let short = MarkdownView(text, room: 200 + text.utf8.count).html.markup
            Markup.check(short, "\(text.debugDescription)")
        }
    }

    @Test(
        "Input that nests or repeats makes output that is no more than proportional",
        arguments: [
            "*a ", "**a* ", "_a*", "[", "![", "[a](", "[a](https://b", "[](https://b)", "![[](https://b)](https://c)", "`", "`a``", "<",
            "<https://a", "> ", ">",
            "- ", "1. ", "- a\n", "  - a\n", "|", "|a", "|-", "a|b\n-|-\n", "#", "# a\n", "\\", "&amp;", "\n", "   \n", "\t", "*** ",
            "((((", "](", "](\"", "[a](b '",
            "- a\n\n", "> - ", "```\n", "~~~ x\n", "a\n- ", "*", "***a", "__*", "\u{202e}", "a\n===\n", "é", "<script>",
        ])
    func repeated(piece: String) {
        let text = String(String(repeating: piece, count: (16 << 10) / piece.utf8.count))
        let html = MarkdownView(text, room: .max).html.markup
        #expect(html.utf8.count < 24 * text.utf8.count)
        Markup.check(html)
        #expect(Markup.depth(html) < 80)
        #expect(MarkdownView(text, room: 8000).html.markup.utf8.count < 9000)
    }

    @Test("A text that is too long is cut between characters", arguments: ["x", "é", "€", "🙂", "a €"])
    func cut(piece: String) {
        let html = MarkdownView(String(repeating: piece, count: 70_000)).html.markup
        #expect(html.hasSuffix("<p class=\"metadata-note\">… the rest of the text is not shown</p>"))
        #expect(!html.contains("\u{fffd}"))
        Markup.check(html)
    }
}

/// A generator whose numbers follow from its seed (SplitMix64).
struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}
