import AssetlogAccess
import Hummingbird
import Logging

/// What the handlers of a request know beside the request.
struct APIContext: RequestContext {
    struct Source: RequestContextSource {
        let logger: Logger
        let place: Place
        let admission: RequestAdmission
        let memory: AnswerMemory
    }

    var coreContext: CoreRequestContextStorage
    /// Where the request is in the layout of the paths.
    let place: Place
    /// What the lanes have found out about the request.
    let admission: RequestAdmission
    /// What the answer takes of the memory.
    let memory: AnswerMemory

    init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
        place = source.place
        admission = source.admission
        memory = source.memory
    }

    /// The deployment under whose name events are kept; with that of its organization, where hosts name some.
    var deployment: String {
        OrganizationPolicy.qualified(place.deployment, organization: admission.organization)
    }
}
