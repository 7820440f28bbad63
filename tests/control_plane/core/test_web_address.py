"""What strangers enter leads into no network of ours."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.core.web_address import (
    AddressFault,
    Allowed,
    BadWebAddress,
    WebAddress,
    check_addresses,
    is_public,
    look,
)


def fault(text: str, allowed: str = "") -> AddressFault | None:
    try:
        look(text, Allowed.parse(allowed))
    except BadWebAddress as error:
        return error.fault
    return None


@pytest.mark.parametrize(
    "address",
    [
        *(
            "8.8.8.8",
            "1.1.1.1",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.0.1",
            "172.32.0.1",
            "192.167.1.1",
            "223.255.255.255",
        ),
        *("2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"),
    ],
)
def test_what_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        *(
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.9.9.9",
        ),
        *("169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.170", "192.0.2.1", "192.88.99.1", "192.168.1.1"),
        *("198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.7", "224.0.0.1", "239.1.1.1", "240.0.0.1"),
        *("255.255.255.255", "::", "::1", "::7f00:1", "fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1"),
        *(
            "64:ff9b::127.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::1",
            "2002:808:808::",
        ),
        *("2001::1", "2001:0:4136:e378::", "2001:db8::1", "2001:10::1", "3fff::1", "100::1", "5f00::1", "4000::1"),
    ],
)
def test_what_is_not(address: str) -> None:
    found = ipaddress.ip_address(address)
    assert not is_public(found)
    literal = f"[{address}]" if found.version == 6 else address
    assert fault(f"https://{literal}/") is AddressFault.NOT_PUBLIC


@given(st.ip_addresses())
def test_what_the_standard_library_calls_private_is_never_public(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    odd = address.is_private or address.is_multicast or address.is_loopback or address.is_link_local
    mapped = isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None
    assert mapped or not (odd and is_public(address))


@given(st.ip_addresses(v=4))
def test_an_address_in_another_dress_is_judged_as_itself(address: ipaddress.IPv4Address) -> None:
    for dress in ("::ffff:", "64:ff9b::"):
        assert is_public(ipaddress.ip_address(f"{dress}{address}")) is is_public(address)


def test_an_address_is_taken_apart_once() -> None:
    assert look("https://Hooks.Example.com/a/b?c=d#e") == WebAddress(
        scheme="https", host="hooks.example.com", port=443, target="/a/b?c=d", literal=None
    )
    assert look("HTTPS://example.com.").host == "example.com"
    assert look("https://example.com:8443").authority == "example.com:8443"
    assert look("https://example.com:443").authority == "example.com"
    assert look("https://[2606:4700:0:0::1111]:8443/").authority == "[2606:4700::1111]:8443"
    assert look("https://xn--and-6ma2c.example/%20").target == "/%20"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(
            (text, AddressFault.SCHEME)
            for text in ("", "example.com", "//example.com/", "ftp://example.com", "javascript:alert(1)")
        ),
        *(
            (text, AddressFault.SCHEME)
            for text in ("file:///etc/passwd", "http://example.com/", "gopher://example.com", "ws://example.com")
        ),
        *((f"https://{at}example.com/", AddressFault.CREDENTIALS) for at in ("a@", "a:b@", "@", ":@", "127.0.0.1@")),
        *((f"https://example.com:{port}/", AddressFault.PORT) for port in (22, 25, 81, 1023, 5060, 5432, 6379, 11211)),
        *(
            (f"https://{host}/", AddressFault.LOCAL_NAME)
            for host in ("localhost", "LOCALHOST.", "a.localhost", "metadata", "redis")
        ),
        *(
            (f"https://{host}/", AddressFault.LOCAL_NAME)
            for host in ("metadata.google.internal", "nas.local", "a.lan", "x.home.arpa")
        ),
        *(
            (f"https://{host}/", AddressFault.UNREADABLE)
            for host in ("", ".", "a..b", "-a.b", "a b.c", "127.1", "2130706433", "1.2.3")
        ),
        *(
            (f"https://{host}/", AddressFault.UNREADABLE)
            for host in ("0x7f000001", "0x7f.1", "0177.0.0.1", "127.0.0.01", "a.0x", "1.2.3.4.5")
        ),
        *(
            (f"https://{host}/", AddressFault.UNREADABLE)
            for host in (
                "[fe80::1%25eth0]",
                "[::1",
                "::1",
                "[v1.x]",
                "[::1]x",
                "[2606:4700::1111].a.b",
                "a%2eb.com",
                "%31.com",
            )
        ),
        *(
            (f"https://example.com{rest}", AddressFault.UNREADABLE)
            for rest in (":", ":0", ":99999", ":x", "\\@x", "/\t", "/\n", "/é", "/ ")
        ),
        ("https://ñandú.example/", AddressFault.UNREADABLE),
        ("https://example\u3002com/", AddressFault.UNREADABLE),
        (f"https://example.com/{'a' * 2000}", AddressFault.UNREADABLE),
        (f"https://{'a' * 64}.com/", AddressFault.UNREADABLE),
    ],
)
def test_what_is_refused_and_why(text: str, expected: AddressFault) -> None:
    assert fault(text) is expected


@pytest.mark.parametrize("port", [80, 443, 1024, 3000, 8080, 8443, 65535])
def test_ports_on_which_web_servers_lie(port: int) -> None:
    assert fault(f"https://example.com:{port}/") is None


def test_the_text_of_a_refusal_does_not_hold_the_address() -> None:
    with pytest.raises(BadWebAddress) as caught:
        look("https://user:secret@example.com")
    assert str(caught.value) == "the address is refused: credentials_in_address"


def test_what_the_operator_allows_may_be_local_and_plain() -> None:
    allowed = "127.0.0.0/8, ::1 hooks.intranet,LOCALHOST"
    for text in (
        *("http://127.0.0.1:9/", "http://[::1]:22/", "http://[::ffff:127.0.0.1]/", "http://hooks.intranet:81"),
        *("https://localhost:3000", "https://example.com/"),
    ):
        assert fault(text, allowed) is None
    assert fault("http://127.0.0.1@example.com", allowed) is AddressFault.CREDENTIALS
    assert fault("http://10.0.0.1/", allowed) is AddressFault.SCHEME
    assert fault("https://10.0.0.1/", allowed) is AddressFault.NOT_PUBLIC
    assert fault("https://a.hooks.intranet/", allowed) is AddressFault.LOCAL_NAME
    assert fault("http://example.com/", allowed) is AddressFault.SCHEME


@pytest.mark.parametrize(
    "text", ["10.0.0.0/33", "http://localhost", "localhost:3000", "a b-.c", "127.1", "*.example.com"]
)
def test_what_is_neither_network_nor_host_is_told(text: str) -> None:
    with pytest.raises(ValueError):
        Allowed.parse(text)


def test_of_a_name_every_address_has_to_do() -> None:
    address = look("https://hooks.example.com")
    good, bad = ipaddress.ip_address("8.8.8.8"), ipaddress.ip_address("10.0.0.1")
    check_addresses(address, [good, good])
    check_addresses(address, [good, bad], allowed=Allowed.parse("10.0.0.0/8"))
    check_addresses(address, [good, bad], allowed=Allowed.parse("hooks.example.com"))
    for found in ([bad], [good, bad], [bad, good]):
        with pytest.raises(BadWebAddress) as caught:
            check_addresses(address, found, allowed=Allowed.parse("192.168.0.0/16 fd00::/8"))
        assert caught.value.fault is AddressFault.NOT_PUBLIC


def test_reasons_are_stable() -> None:
    assert [str(each) for each in AddressFault] == [
        *("unreadable_address", "scheme_not_allowed", "credentials_in_address", "port_not_allowed", "local_name"),
        "address_not_public",
    ]
