"""Addresses from which something may be asked: single ones and networks, of IPv4 and IPv6."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network


class AddressError(ValueError):
    """What should be an address or a network is none; the message says which and what to write."""


def normal(said: Iterable[str]) -> list[str]:
    """The addresses and networks as they are kept: in their usual form, each once. Raises AddressError."""
    found: dict[str, None] = {}
    for one in said:
        try:
            network = ip_network(one.strip())
        except ValueError as error:
            shown = one.strip()[:60]
            raise AddressError(f"{shown!r} is no address and no network; write 192.0.2.7 or 192.0.2.0/24.") from error
        found[str(network.network_address) if network.num_addresses == 1 else str(network)] = None
    return list(found)


def networks(kept: Iterable[str]) -> tuple[Network, ...]:
    """What `normal` gave, ready to be asked."""
    return tuple(ip_network(one) for one in kept)


def contains(allowed: Sequence[Network], address: str) -> bool:
    """Whether one of the networks holds the address. What is no address (a socket's caller has none) is in none.

    IPv4 that comes in the clothes of IPv6 (``::ffff:192.0.2.7``) counts as the IPv4 address that it is.
    """
    try:
        found: IPv4Address | IPv6Address = ip_address(address.strip())
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return any(found in network for network in allowed)
