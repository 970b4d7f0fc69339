/// How much an operator may rely on a plugin.
public enum PluginStability: String, Sendable {
    /// Its configuration and its data format stay.
    case stable
    /// It works and is tested; its configuration may still change.
    case beta
    /// It is for tests and examples; do not keep data in it.
    case development
}
