"""Who is at the other end: the address of the socket, or the one that a proxy of ours names.

Proxies write addresses bare, with a port, in brackets, in quotes or with a zone, in
`X-Forwarded-For` or in `Forwarded` (RFC 7239, section 6).
"""

import re
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from starlette.datastructures import Headers
from starlette.types import Scope

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
RELAYED = ("x-forwarded-for", "x-forwarded-proto", "x-real-ip", "forwarded", "via")
PREFIXES: dict[int, tuple[tuple[int, int], ...]] = {4: ((24, 1),), 6: ((64, 1), (56, 2), (48, 4))}
"""What is counted as one, and how many times the limit of a network it gets.

A line of IPv6 has a /64 at home, and many a customer a /56 or a /48 (RIPE-690), that is 256 or
65,536 of them.
"""
FORWARDED_FOR = re.compile(r'for\s*=\s*("[^"]*"?|[^;,]*)', re.IGNORECASE)


def client_address(scope: Scope, proxies: Sequence[Network]) -> Address | None:
    """The visitor's address; None where a proxy of ours names nobody whose address can be read.

    Headers count only from a proxy of ours, and from the right: what stands before the first
    address that is none of our proxies could be anybody's invention. A proxy that passes nobody on
    asks for itself.
    """
    peer = socket_address(scope)
    headers = Headers(scope=scope)
    if not is_among(peer, proxies) or not _is_relay(headers):
        return peer
    named = None
    for text in reversed(_named(headers)):
        named = parsed(text)
        if not is_among(named, proxies):
            return named
    return named


def socket_address(scope: Scope) -> Address | None:
    return parsed(scope["client"][0]) if scope.get("client") else None


def is_relayed(scope: Scope, proxies: Sequence[Network]) -> bool:
    """Whether somebody passed the request on whom we do not know: the socket tells nothing about
    the visitor then.
    """
    return not is_among(socket_address(scope), proxies) and _is_relay(Headers(scope=scope))


def is_among(address: Address | None, networks: Sequence[Network]) -> bool:
    return address is not None and any(address in network for network in networks)


def networks_of(address: Address) -> Iterator[tuple[str, int]]:
    """The networks that an address is counted in, narrowest first, each with how many times the
    limit it gets.
    """
    for length, times in PREFIXES[address.version]:
        yield (
            f"{int(address) >> address.max_prefixlen - length:x}/{address.version}/{length}",
            times,
        )


def parsed(text: str) -> Address | None:
    """An address as proxies write it: 192.0.2.7, 192.0.2.7:5123, 2001:db8::7, [2001:db8::7]:443,
    fe80::1%eth0.
    """
    bare = text.replace("\\", "").strip().strip('"').strip()
    bracketed, bracket, _port = bare.removeprefix("[").partition("]")
    host, _colon, _port = bare.rpartition(":")
    for candidate in (bracketed,) if bracket else (bare, host):
        try:
            address = ip_address(candidate.partition("%")[0])
        except ValueError:
            continue
        return getattr(address, "ipv4_mapped", None) or address
    return None


def _is_relay(headers: Headers) -> bool:
    return any(name in headers for name in RELAYED)


def _named(headers: Headers) -> list[str]:
    """Those whom the proxies name, the nearest last. `Forwarded` is read only where the other
    header is not there.
    """
    if chain := headers.getlist("x-forwarded-for"):
        return ",".join(chain).split(",")
    # Every "for=" begins anew, so that a quote which a visitor leaves open hides nothing that a proxy adds behind it.
    parts = re.split(r"(?=for\s*=)", ",".join(headers.getlist("forwarded")), flags=re.IGNORECASE)
    return [hop[1] for part in parts if (hop := FORWARDED_FOR.match(part))]
