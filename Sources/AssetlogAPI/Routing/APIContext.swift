import Hummingbird
import Logging

/// What the handlers of a request know beside the request.
struct APIContext: RequestContext {
    struct Source: RequestContextSource {
        let logger: Logger
        let place: Place
    }

    var coreContext: CoreRequestContextStorage
    /// Where the request is in the layout of the paths.
    let place: Place

    init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
        place = source.place
    }
}
