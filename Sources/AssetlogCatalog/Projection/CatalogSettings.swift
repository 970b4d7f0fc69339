/// How a catalog works.
package struct CatalogSettings: Hashable, Sendable {
    /// The path of its file.
    package var path: String
    /// How long an asset is running at most after a start that nothing has ended.
    package var runningTimeout: Duration
    /// It writes to its file after so many events,
    package var flushEvents = 200_000
    /// or when so many bytes are in memory,
    package var flushBytes = 36 << 20
    /// or when something has been in memory for so long.
    package var flushInterval = Duration.seconds(30)
    /// Heads of so many assets are kept in memory, so that lists are quick; with more, lists are read from the file.
    package var mostHeads = 50_000
    /// It reads so many events at once.
    package var pageEvents = 4000
    /// How long it waits before it looks for events that another server has recorded.
    package var pollInterval = Duration.milliseconds(250)
    /// How long it waits after a commit for others to follow.
    package var gatheringTime = Duration.milliseconds(20)

    /// Makes settings.
    package init(path: String, runningTimeout: Duration = .seconds(86_400)) {
        self.path = path
        self.runningTimeout = runningTimeout
    }
}
