import Synchronization
import Testing

@testable import AssetlogClient

@Suite("The lines of a stream")
struct StreamParserTests {
    private static let text = """
        retry: 2000
        id: 40

        : heartbeat

        id: 41
        event: event
        data: {"a": "b: c"}

        : heartbeat
        id: 50

        id: 51
        event: event
        data: one
        data: two

        retry: 3000
        id: 51
        event: end
        data: {"reason":"slow","after":51,"detail":"Too slow."}


        """

    private static func blocks(_ text: String, pieces count: Int) -> [StreamParser.Block] {
        var parser = StreamParser()
        var (blocks, rest) = ([StreamParser.Block](), Array(text.utf8)[...])
        while !rest.isEmpty {
            let isReadable = rest.prefix(count).withUnsafeBytes { piece in
                parser.push(piece) { block in
                    blocks.append(block)
                    return true
                }
            }
            #expect(isReadable)
            rest = rest.dropFirst(count)
        }
        return blocks
    }

    @Test("mean the same in whatever pieces they come, with either line end", arguments: [1, 2, 3, 7, 64, 4096], ["\n", "\r\n"])
    func pieces(_ count: Int, _ lineEnd: String) {
        let blocks = Self.blocks(Self.text.replacing("\n", with: lineEnd), pieces: count)
        #expect(
            blocks == [
                .init(id: 40, retry: .seconds(2)), .init(id: 40), .init(name: "event", id: 41, data: Array(#"{"a": "b: c"}"#.utf8)),
                .init(id: 50), .init(name: "event", id: 51, data: Array("one\ntwo".utf8)),
                .init(
                    name: "end", id: 51, data: Array(#"{"reason":"slow","after":51,"detail":"Too slow."}"#.utf8), retry: .seconds(3)),
            ])
    }

    @Test("that make no sense are passed over", arguments: ["id: x\n\n", "retry: soon\n\n", "what is this\n\n", ":\n\n", "event\n\n"])
    func nonsense(_ text: String) {
        let block = Self.blocks(text, pieces: 5)
        #expect(block.count == 1 && block[0].id == nil && block[0].retry == nil && block[0].data.isEmpty)
    }

    @Test("without an end are not kept for ever")
    func length() {
        var parser = StreamParser()
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        let taken = (0..<100).prefix { _ in piece.withUnsafeBytes { parser.push($0) { _ in true } } }
        #expect(taken.count == StreamParser.longestLine >> 20)
    }

    @Test("give each event once, and the position to go on from, over connections that break")
    func following() {
        let seen = Mutex<[Int64]>([])
        let follower = StreamFollower(after: nil) { event in
            seen.withLock { $0.append(event.sequence) }
            return event.sequence < 52
        }
        func push(_ text: String) -> Bool { Array(text.utf8).withUnsafeBytes { follower.push($0) } }
        follower.begin()
        #expect(push("id: 40\n\nid: 41\nevent: event\ndata: {}\n\nid: 42\nevent: ev"))
        #expect(follower.position == 41 && follower.isConnected)
        // What was half there comes again as a whole, after one that was there.
        follower.begin()
        #expect(!follower.isConnected)
        #expect(push("id: 41\nevent: event\ndata: {}\n\nid: 42\nevent: event\ndata: {}\n\n: heartbeat\nid: 50\n\n"))
        #expect(follower.position == 50)
        #expect(push("id: 51\nevent: end\ndata: {\"reason\":\"slow\",\"detail\":\"Too slow.\"}\n\n"))
        #expect(follower.ending?.reason == "slow")
        follower.begin()
        #expect(follower.ending == nil)
        #expect(!push("id: 52\nevent: event\ndata: {}\n\nid: 53\nevent: event\ndata: {}\n\n"))
        #expect(follower.isEnough && seen.withLock { $0 } == [41, 42, 52])
    }
}
