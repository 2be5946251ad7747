"""Where a client comes from: only trusted proxies are believed, and nobody counts as many."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.chat.server.addresses import client_address, networks, place

TRUSTED = networks(("10.0.0.0/8", "192.0.2.1", "2001:db8:1::/48"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("198.51.100.9", [], "198.51.100.9"),
        # Anybody can write the header: from a peer that is no proxy of ours it counts for nothing.
        ("198.51.100.9", ["203.0.113.5"], "198.51.100.9"),
        ("10.1.2.3", ["203.0.113.5"], "203.0.113.5"),
        # The client wrote the left one, the proxy appended the right one.
        ("10.1.2.3", ["6.6.6.6, 203.0.113.5"], "203.0.113.5"),
        ("10.1.2.3", ["6.6.6.6", "203.0.113.5"], "203.0.113.5"),
        # Two proxies of ours: the first hop from the right that is none of them.
        ("10.1.2.3", ["6.6.6.6, 203.0.113.5, 192.0.2.1"], "203.0.113.5"),
        ("10.1.2.3", ["10.9.9.9, 10.8.8.8"], "10.9.9.9"),
        ("10.1.2.3", [], "10.1.2.3"),
        ("10.1.2.3", ["nonsense"], "10.1.2.3"),
        ("10.1.2.3", ["203.0.113.5:4711"], "203.0.113.5"),
        ("10.1.2.3", ['"[2001:db8:9:9::1]:4711"'], "2001:db8:9:9::/64"),
        ("::ffff:10.1.2.3", ["203.0.113.5"], "203.0.113.5"),
        ("2001:db8:1::7", ["203.0.113.5"], "203.0.113.5"),
    ],
)
def test_the_rightmost_hop_that_is_no_proxy_of_ours_is_the_client(
    peer: str, forwarded: list[str], client: str
) -> None:
    assert client_address(peer, forwarded, TRUSTED) == client


def test_without_trusted_proxies_nobodys_word_is_believed() -> None:
    assert client_address("10.1.2.3", ["203.0.113.5"], ()) == "10.1.2.3"


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("2001:db8:7:7:1:2:3:4", "2001:db8:7:7::/64"),
        ("2001:db8:7:7::ffff", "2001:db8:7:7::/64"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_addresses_that_one_client_has_all_of_count_as_one(address: str, counted: str) -> None:
    assert place(address) == counted


@given(st.lists(st.text(max_size=40), max_size=5))
def test_whatever_the_header_holds_there_is_an_address(forwarded: list[str]) -> None:
    assert client_address("10.1.2.3", forwarded, TRUSTED)
