#if Delivery
internal import AssetlogCore
internal import CCurl

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// How a request reaches its server: over which proxy, and under which guard.
final class OutboundRoute {
    /// The proxy, the empty text for none; nil: as the environment says.
    let proxy: String?
    /// What looks at each address that is connected to; nil: nothing does.
    let addressGuard: AddressGuard?
    private let origin: String

    private static let environment = ProxyEnvironment(variables: ProcessInfo.processInfo.environment)

    /// Decides about a request.
    ///
    /// Behind a proxy nobody here sees to which address a name leads, so only an address in place of a name is looked at; the
    /// proxy's own address is the operator's choice.
    /// - Throws: ``DeliveryError`` for such an address that the request refuses.
    init(_ request: OutboundRequest) throws(DeliveryError) {
        origin = request.origin
        guard request.refusesPrivateAddresses, let url = OutboundURL(request.url) else {
            (proxy, addressGuard) = (request.proxy?.revealed, nil)
            return
        }
        let chosen = request.proxy?.revealed ?? Self.environment.proxy(scheme: url.scheme, host: url.host) ?? ""
        proxy = chosen
        addressGuard = chosen.isEmpty ? AddressGuard() : nil
        guard let address = url.address, let range = AddressRange.name(of: address) else { return }
        throw Self.refused(address, range, origin)
    }

    /// The error of a connection that the guard refused; nil: that was not why it failed.
    func refusal(_ status: CURLcode) -> DeliveryError? {
        guard status == CURLE_COULDNT_CONNECT, let (address, range) = addressGuard?.refusal else { return nil }
        return Self.refused(address, range, origin)
    }

    private static func refused(_ address: IPAddress, _ range: String, _ origin: String) -> DeliveryError {
        DeliveryError(
            .forbidden,
            "\(origin) leads to \(address), which is \(range) and not of the public Internet;"
                + " allow private addresses if it is meant")
    }
}
#endif
