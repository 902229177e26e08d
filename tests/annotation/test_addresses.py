from __future__ import annotations

import pytest

from annotation.addresses import AddressError, contains, networks, normal


@pytest.mark.parametrize(
    ("allowed", "address", "inside"),
    [
        ("192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
        ("192.0.2.0/24", "192.0.2.255", True),
        ("192.0.2.0/24", "192.0.3.0", False),
        ("2001:db8::/32", "2001:db8:ffff::1", True),
        ("2001:db8::/32", "2001:db9::1", False),
        ("2001:db8::1", "2001:0DB8:0::0001", True),
        ("192.0.2.0/24", "::ffff:192.0.2.9", True),  # a socket of both kinds tells IPv4 so
        ("192.0.2.0/24", "2001:db8::1", False),
        ("0.0.0.0/0", "2001:db8::1", False),
        ("192.0.2.7", "", False),  # a Unix socket's caller
        ("192.0.2.7", "192.0.2.7:4711", False),
        ("192.0.2.7", "unknown", False),
    ],
)
def test_contains_is_exact_about_addresses_and_networks(allowed: str, address: str, inside: bool) -> None:
    assert contains(networks([allowed]), address) is inside


def test_normal_writes_each_once_in_its_usual_form() -> None:
    said = [" 192.0.2.7/32", "192.0.2.7", "2001:0db8::/32", "192.0.2.0/24"]
    assert normal(said) == ["192.0.2.7", "2001:db8::/32", "192.0.2.0/24"]


@pytest.mark.parametrize("said", ["", "192.0.2", "192.0.2.7/24", "192.0.2.0/33", "example.org", "x" * 500])
def test_normal_of_what_is_no_address_says_what_to_write(said: str) -> None:
    with pytest.raises(AddressError, match=r"write 192\.0\.2\.7 or 192\.0\.2\.0/24") as error:
        normal([said])
    assert len(str(error.value)) < 160
