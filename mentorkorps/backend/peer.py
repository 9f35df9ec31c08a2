"""Who is at the other end: the address of the socket, or the one that a proxy of ours names."""

from collections.abc import Container
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import Scope

Address = IPv4Address | IPv6Address
RELAYED = ("x-forwarded-for", "x-forwarded-proto", "x-real-ip", "forwarded", "via")
PREFIXES = {4: 24, 6: 64}


def visitor(scope: Scope, proxies: Container[Address]) -> Address | None:
    """The visitor's address. X-Forwarded-For counts only from a proxy of ours, and only its own, last entry."""
    peer = _parsed(scope["client"][0]) if scope.get("client") else None
    if peer not in proxies:
        return peer
    told = Headers(scope=scope).getlist("x-forwarded-for")
    last = ",".join(told).rpartition(",")[2].strip()
    return _parsed(last) or peer


def is_relayed(scope: Scope, proxies: Container[Address]) -> bool:
    """Whether somebody passed the request on whom we do not know: the socket tells nothing about the visitor then."""
    headers = Headers(scope=scope)
    peer = _parsed(scope["client"][0]) if scope.get("client") else None
    return peer not in proxies and any(name in headers for name in RELAYED)


def prefix(address: Address) -> str:
    """What a household or a small network has in common: /24 of IPv4, /64 of IPv6."""
    return str(ip_network((address, PREFIXES[address.version]), strict=False))


def _parsed(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
