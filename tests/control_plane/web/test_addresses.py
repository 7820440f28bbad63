"""Whom a request counts against: who really sent it, as far as our own proxies tell."""

import pytest

from control_plane.web.addresses import address_of


@pytest.mark.parametrize(
    ("peer", "real_ip", "address"),
    [
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.1.2.3", "198.51.100.1", "198.51.100.1"),
        ("172.18.0.4", "", "172.18.0.4"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("::1", "2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:9::9", "198.51.100.1", "2001:db8:1:2::/64"),
        ("2a00:1:2:3:9::9", "198.51.100.1", "2a00:1:2:3::/64"),
        ("", "198.51.100.1", "unknown"),
    ],
)
def test_whom_a_request_counts_against(peer: str, real_ip: str, address: str) -> None:
    assert address_of(peer, real_ip) == address
