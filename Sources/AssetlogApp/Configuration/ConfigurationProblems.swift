import AssetlogCore

/// Collects mistakes, so that the operator sees all of them at once. Confined to one check.
final class ConfigurationProblems {
    private(set) var errors: [ConfigurationError] = []
    /// Finds the location of a key, for errors that don't carry one.
    var location: (String) -> String? = { _ in nil }

    func note(_ error: ConfigurationError) {
        var error = error
        error.location = error.location ?? location(error.key)
        // A key that is read twice is wrong once.
        guard !errors.contains(where: { $0.description == error.description }) else { return }
        errors.append(error)
    }

    /// Notes the error of a piece of work; its result is nil then.
    @discardableResult
    func collect<Value>(_ body: () throws -> Value) -> Value? {
        do {
            return try body()
        } catch let error as ConfigurationError {
            note(error)
        } catch {
            note(ConfigurationError("the configuration", "\(error)"))
        }
        return nil
    }

    /// - Throws: ``ConfigurationErrors`` when there is any.
    func throwIfAny() throws {
        guard !errors.isEmpty else { return }
        throw ConfigurationErrors(sentences: errors.map(\.description))
    }
}
