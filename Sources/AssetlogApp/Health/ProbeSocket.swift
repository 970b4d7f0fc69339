#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A connected socket that does nothing beyond a moment.
final class ProbeSocket {
    private(set) var descriptor: Int32 = -1
    private let name: String
    private let timeout: Duration
    private let deadline: ContinuousClock.Instant

    /// Connects.
    ///
    /// - Parameter name: What is asked, for messages.
    /// - Throws: ``CommandFailure``.
    init(_ address: ListenAddress, name: String, timeout: Duration) throws {
        self.name = name
        self.timeout = timeout
        deadline = .now + timeout
        var hints = addrinfo()
        hints.ai_socktype = Self.stream
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(address.host, String(address.port), &hints, &list)
        guard code == 0 else { throw failure("can't be found: \(String(cString: gai_strerror(code)))") }
        defer { freeaddrinfo(list) }
        var last = EADDRNOTAVAIL
        var next = list
        while let info = next {
            last = try connect(info.pointee)
            if last == 0 { return }
            next = info.pointee.ai_next
        }
        throw failure("can't be reached: \(String(cString: strerror(last)))")
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Sends a request and reads until it is enough, or until the server closes.
    func ask(_ request: [UInt8], until isEnough: ([UInt8]) -> Bool) throws -> [UInt8] {
        try send(request)
        var answer: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while !isEnough(answer) {
            let count = readSome(descriptor, &piece)
            guard try isDone(count, forReading: true) else { continue }
            if count == 0 { break }
            answer += piece[..<count]
        }
        return answer
    }

    /// Sends bytes, all of them.
    ///
    /// - Throws: ``CommandFailure``.
    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if try isDone(count, forReading: false) { rest = rest.dropFirst(count) }
        }
    }

    /// The address at this end, without a port; nil when it can't be found out.
    var localAddress: String? {
        var address = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &address) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard getsockname(descriptor, address, &size) == 0 else { return nil }
                var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
                guard getnameinfo(address, size, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 else { return nil }
                return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            }
        }
    }

    /// Waits until the socket is ready.
    ///
    /// - Throws: ``CommandFailure`` when the time is over.
    func wait(forReading: Bool) throws {
        var entry = pollfd(fd: descriptor, events: Int16(forReading ? POLLIN : POLLOUT), revents: 0)
        while true {
            let rest = ContinuousClock.now.duration(to: deadline)
            guard rest > .zero else { throw failure("did not answer within \(timeout.components.seconds) s") }
            let milliseconds = rest.components.seconds * 1000 + rest.components.attoseconds / 1_000_000_000_000_000 + 1
            if poll(&entry, 1, Int32(clamping: milliseconds)) > 0 { return }
        }
    }

    /// Returns 0, or the number of the error.
    private func connect(_ info: addrinfo) throws -> Int32 {
        if descriptor >= 0 { close(descriptor) }
        descriptor = socket(info.ai_family, info.ai_socktype, info.ai_protocol)
        guard descriptor >= 0, fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) == 0 else { return errno }
        if connectSocket(descriptor, info.ai_addr, info.ai_addrlen) == 0 { return 0 }
        guard errno == EINPROGRESS else { return errno }
        try wait(forReading: false)
        var error: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno
    }

    /// Whether a call did something; when it would have blocked, it has waited.
    private func isDone(_ count: Int, forReading: Bool) throws -> Bool {
        if count >= 0 { return true }
        switch errno {
        case EAGAIN: try wait(forReading: forReading)
        case EINTR: break
        default: throw failure("closed the connection: \(String(cString: strerror(errno)))")
        }
        return false
    }

    private func failure(_ what: String) -> CommandFailure {
        CommandFailure(.failure, "\(name) \(what)")
    }

    private static var stream: Int32 {
        #if canImport(Glibc)
        Int32(SOCK_STREAM.rawValue)
        #else
        SOCK_STREAM
        #endif
    }
}

// Spelled outside the type, where these names mean its own functions.
private func connectSocket(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>?, _ count: socklen_t) -> Int32 {
    connect(descriptor, address, count)
}

private func readSome(_ descriptor: Int32, _ buffer: inout [UInt8]) -> Int {
    read(descriptor, &buffer, buffer.count)
}
