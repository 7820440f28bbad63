"""A recording comes from the public internet, or from where the carrier itself is."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest
import respx

from control_plane.adapters.carriers.telnyx.downloads import REDIRECTS, Downloads, addresses_of
from control_plane.ports.errors import Rejected, Unavailable

HOSTS = {
    "s3.test": {"93.184.215.14", "2606:2800:21f::1"},
    "telnyx.test": {"93.184.215.20"},
    "inside.test": {"10.0.0.7"},
    "both.test": {"93.184.215.14", "127.0.0.1"},
    "metadata.test": {"169.254.169.254"},
}

Make = Callable[[str], Downloads]


async def resolve(host: str) -> frozenset[str]:
    if host == "nowhere.test":
        raise OSError("no such host")
    return frozenset(HOSTS.get(host) or await addresses_of(host))


@pytest.fixture
async def by() -> AsyncIterator[Make]:
    async with httpx.AsyncClient() as client:
        yield lambda base: Downloads(client=client, base_url=base, piece_s=1.0, limit=1000, resolve=resolve)


@pytest.mark.parametrize(
    "url",
    [
        "http://s3.test/a.wav",
        "https://127.0.0.1/a.wav",
        "https://2130706433/a.wav",
        "https://[::1]/a.wav",
        "https://[::ffff:127.0.0.1]/a.wav",
        "https://0.0.0.0/a.wav",
        "https://10.1.2.3/a.wav",
        "https://100.64.0.1/a.wav",
        "https://[fd00::1]/a.wav",
        "https://169.254.169.254/latest",
        "https://224.0.0.1/a.wav",
        "https://inside.test/a.wav",
        "https://both.test/a.wav",
    ],
)
async def test_a_public_carrier_gets_nobody_inside_to_be_asked(
    by: Make, respx_mock: respx.MockRouter, url: str
) -> None:
    with pytest.raises(Rejected):
        await by("https://telnyx.test/v2").fetch(url)


@pytest.mark.parametrize(
    ("base", "url", "goes"),
    [
        ("http://127.0.0.1:9000/v2", "http://127.0.0.1:9000/a.wav", True),
        ("http://127.0.0.1:9000/v2", "https://s3.test/a.wav", True),
        ("http://127.0.0.1:9000/v2", "http://10.0.0.8/a.wav", False),
        ("http://inside.test/v2", "http://10.0.0.8/a.wav", True),
        ("http://inside.test/v2", "http://metadata.test/latest", False),
        ("http://inside.test/v2", "http://127.0.0.1/a.wav", False),
        ("https://inside.test/v2", "http://inside.test/a.wav", False),
    ],
)
async def test_a_carrier_inside_may_hand_out_links_of_its_own_kind(
    by: Make, respx_mock: respx.MockRouter, base: str, url: str, goes: bool
) -> None:
    if goes:
        respx_mock.get(url).respond(200, content=b"RIFF")
        assert await by(base).fetch(url) == b"RIFF"
    else:
        with pytest.raises(Rejected):
            await by(base).fetch(url)


async def test_redirects_are_followed_a_few_times(by: Make, respx_mock: respx.MockRouter) -> None:
    for number in range(REDIRECTS):
        respx_mock.get(f"https://s3.test/{number}").respond(302, headers={"location": f"/{number + 1}"})
    respx_mock.get(f"https://s3.test/{REDIRECTS}").respond(200, content=b"RIFF")
    assert await by("https://telnyx.test").fetch("https://s3.test/0") == b"RIFF"
    respx_mock.get("https://s3.test/round").respond(302, headers={"location": "/round"})
    with pytest.raises(Rejected, match="redirects"):
        await by("https://telnyx.test").fetch("https://s3.test/round")


@pytest.mark.parametrize("to", ["https://metadata.test/latest", "http://s3.test/a.wav", "file:///etc/passwd"])
async def test_a_redirect_leads_nowhere_that_the_link_itself_may_not(
    by: Make, respx_mock: respx.MockRouter, to: str
) -> None:
    respx_mock.get("https://s3.test/a").respond(302, headers={"location": to})
    with pytest.raises(Rejected):
        await by("https://telnyx.test").fetch("https://s3.test/a")


async def test_a_host_without_an_address_may_have_one_later(by: Make) -> None:
    with pytest.raises(Unavailable):
        await by("https://telnyx.test").fetch("https://nowhere.test/a.wav")
