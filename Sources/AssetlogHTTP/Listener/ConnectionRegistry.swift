import NIOCore

/// The open connections of one event loop, and how they end together. Confined to that event loop.
final class ConnectionRegistry {
    private let eventLoop: any EventLoop
    private var connections: ContiguousArray<Connection> = []
    private var lastClosed: EventLoopPromise<Void>?
    /// Whether the server is stopping.
    private(set) var isDraining = false

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    func insert(_ connection: Connection) {
        assert(connection.index < 0, "a connection was inserted twice")
        connection.index = connections.count
        connections.append(connection)
    }

    func remove(_ connection: Connection) {
        guard connection.index >= 0 else { return }
        assert(connections[connection.index] === connection, "a connection has the index of another one")
        let last = connections.removeLast()
        if last !== connection {
            connections[connection.index] = last
            last.index = connection.index
        }
        connection.index = -1
        if isDraining, connections.isEmpty { lastClosed?.succeed() }
    }

    /// Notifies the handlers of the connections whose deadline has passed; theirs is set to never.
    func expire(at now: NIODeadline) {
        var expired: [Connection] = []
        for connection in connections where connection.deadline <= now {
            connection.deadline = .distantFuture
            expired.append(connection)
        }
        // Not in the loop above, for a handler may close its connection, which changes the table.
        for connection in expired { connection.handler?.deadlinePassed(now: now) }
    }

    /// Closes what is idle, lets what is under way finish, and completes when no connection is left.
    func drain() -> EventLoopFuture<Void> {
        let promise = lastClosed ?? eventLoop.makePromise(of: Void.self)
        isDraining = true
        lastClosed = promise
        let all = connections
        for connection in all { connection.handler?.drain() }
        if connections.isEmpty { promise.succeed() }
        return promise.futureResult
    }

    /// Closes every connection as it is.
    func closeAll() {
        let all = connections
        for connection in all { connection.channel.close(promise: nil) }
    }
}
