/// A key that can stand in the list of a plugin's keys, whatever the type of its value.
public protocol DeclaredKey: Sendable {
    /// What is known about the key without its Swift type.
    var declaration: KeyDeclaration { get }
}

extension KeyDeclaration: DeclaredKey {
    /// The declaration itself.
    public var declaration: KeyDeclaration { self }
}

extension DeclaredKey {
    /// The name; nested sections are separated by dots: `tls.certificate`.
    public var name: String { declaration.name }
}
