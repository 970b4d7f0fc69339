#if TLS
import AssetlogTLS
import NIOCore
import NIOEmbedded
import Testing

/// The handler on a channel without a socket, where each buffer can be seen.
@Suite struct TLSServerHandlerTests {
    let files: Certificates

    init() throws { files = try Certificates() }

    private func channel() throws -> EmbeddedChannel {
        let context = try TLSContext(certificateFile: files.certificate, keyFile: files.key)
        let channel = EmbeddedChannel(handler: try TLSServerHandler(context: context))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    @Test("The deadline of the handshake is an error and the end")
    func deadline() throws {
        let channel = try channel()
        channel.embeddedEventLoop.advanceTime(by: .seconds(9))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
        #expect { try channel.throwIfErrorCaught() } throws: { ($0 as? TLSError)?.code == .handshakeTimeout }
    }

    @Test("What was written before the handshake fails when there is none")
    func writesWithoutHandshake() throws {
        let channel = try channel()
        let written = channel.writeAndFlush(ByteBuffer(string: "secret"))
        #expect(try channel.readOutbound(as: ByteBuffer.self) == nil)
        try channel.close().wait()
        #expect(throws: ChannelError.ioOnClosedChannel) { try written.wait() }
        #expect(try channel.readOutbound(as: ByteBuffer.self) == nil)
    }

    @Test("One letter is enough to know plain HTTP, and what follows is dropped until the time is over")
    func plainHTTP() throws {
        let channel = try channel()
        #expect { try channel.writeInbound(ByteBuffer(string: "P")) } throws: { ($0 as? TLSError)?.code == .plainHTTP }
        let answer = try #require(try channel.readOutbound(as: ByteBuffer.self))
        #expect(String(buffer: answer).hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        try channel.writeInbound(ByteBuffer(string: "OST / HTTP/1.1\r\n"))
        #expect(try channel.readInbound(as: ByteBuffer.self) == nil)
        #expect(throws: ChannelError.ioOnClosedChannel) { try channel.writeAndFlush(ByteBuffer(string: "x")).wait() }
        channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!channel.isActive)
    }

    @Test("A broken handshake sends the alert before the end")
    func alert() throws {
        let channel = try channel()
        #expect {
            try channel.writeInbound(ByteBuffer(bytes: [0x16, 3, 1, 0, 4, 9, 0, 0, 0]))
        } throws: { ($0 as? TLSError)?.code == .handshake }
        let alert = try #require(try channel.readOutbound(as: ByteBuffer.self))
        #expect(alert.getInteger(at: 0, as: UInt8.self) == 0x15)
        #expect(!channel.isActive)
    }
}
#endif
