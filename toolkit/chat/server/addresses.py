"""Where a client comes from, also behind proxies."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network

MOST_HOPS = 32
"""Hops of X-Forwarded-For that are looked at; the rest was written by the client."""

_SITE_BITS = 64
"""One IPv6 customer gets at least that prefix, so that addresses within it are one place."""


def networks(names: Iterable[str]) -> tuple[Network, ...]:
    """The networks of ``trusted_proxies``."""
    return tuple(ip_network(name) for name in names)


def client_address(peer: str, forwarded: Iterable[str], trusted: tuple[Network, ...]) -> str:
    """The place that a connection comes from, as limits count it.

    Args:
        peer: the other end of the connection.
        forwarded: the X-Forwarded-For headers in their order.
        trusted: proxies whose word is believed. The rightmost hop that none of them is, is the client.
    """
    address = peer
    if is_trusted(peer, trusted):
        hops = [hop.strip() for hop in ",".join(forwarded).split(",")]
        for hop in hops[-1 : -MOST_HOPS - 1 : -1]:
            found = _without_port(hop)
            if found is None:
                break
            address = found
            if not is_trusted(found, trusted):
                break
    return place(address)


def is_trusted(address: str, trusted: tuple[Network, ...]) -> bool:
    """Whether the address is that of a trusted proxy."""
    if not trusted:
        return False
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return any(parsed in network for network in trusted)


def place(address: str) -> str:
    """The address as limits count it: of IPv6 the first 64 bits, because one client has all the rest."""
    if ":" not in address:
        return address
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ip_network((parsed, _SITE_BITS), strict=False))


def _without_port(hop: str) -> str | None:
    """The address of one hop, which some proxies write with a port. None: it is no address."""
    bare = hop.strip('"')
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        return str(ip_address(bare))
    except ValueError:
        return None
