import NIOCore

/// The lane that has a connection now: what the event loop's clock and the shutdown can ask of it.
protocol ConnectionLane: AnyObject {
    /// The connection's deadline has passed: the peer is too slow, or silent for too long.
    func deadlinePassed()
    /// The server is stopping: finish the request under way, if any, and close.
    func drain()
}

/// What the lanes of one connection share. Confined to its event loop.
final class Connection {
    let loop: IngestLoop
    let channel: any Channel
    let isSecure: Bool
    /// The lane that has the connection.
    weak var lane: (any ConnectionLane)?
    /// When the lane is told that its peer is too slow; checked about twice a second.
    var deadline = NIODeadline.distantFuture
    /// The place in the loop's table.
    fileprivate(set) var index = -1

    init(loop: IngestLoop, channel: any Channel, isSecure: Bool) {
        self.loop = loop
        self.channel = channel
        self.isSecure = isSecure
    }

    var limits: HTTPLimits { loop.limits }

    func expect(within amount: TimeAmount) {
        deadline = .now() + amount
    }
}

/// The open connections of one event loop. Confined to it.
struct ConnectionTable {
    private var connections: ContiguousArray<Connection> = []

    var isEmpty: Bool { connections.isEmpty }
    var all: ContiguousArray<Connection> { connections }

    mutating func insert(_ connection: Connection) {
        connection.index = connections.count
        connections.append(connection)
    }

    mutating func remove(_ connection: Connection) {
        guard connection.index >= 0 else { return }
        let last = connections.removeLast()
        if last !== connection {
            connections[connection.index] = last
            last.index = connection.index
        }
        connection.index = -1
    }

    /// The connections whose deadline has passed; theirs is set to never.
    func expired(at now: NIODeadline) -> [Connection] {
        var expired: [Connection] = []
        for connection in connections where connection.deadline <= now {
            connection.deadline = .distantFuture
            expired.append(connection)
        }
        return expired
    }
}
