import AssetlogCore

/// Collects mistakes, so that the operator sees all of them at once. Confined to one check.
final class ConfigurationProblems {
    private(set) var errors: [ConfigurationError] = []
    /// Finds the place of a key, for errors that don't carry one.
    var place: (String) -> String? = { _ in nil }

    func note(_ error: ConfigurationError) {
        var error = error
        error.place = error.place ?? place(error.key)
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

    /// The whole number of a key; one out of range is noted.
    func integer(_ name: String, of section: PluginConfiguration, atLeast minimum: Int, atMost maximum: Int = Int(Int32.max)) -> Int {
        collect { try section.integer(name, in: minimum...maximum) } ?? minimum
    }

    /// The time span of a key; one of more than a year is noted.
    func duration(_ name: String, of section: PluginConfiguration) -> Duration {
        let span = section.duration(name)
        if span > .seconds(365 * 86_400) { note(section.error(name, "must be at most 365d")) }
        return span
    }

    /// - Throws: ``ConfigurationErrors`` when there is any.
    func throwIfAny() throws {
        guard !errors.isEmpty else { return }
        throw ConfigurationErrors(sentences: errors.map(\.description))
    }
}
