"""How commands travel to Telnyx: addresses, repeats, deadlines."""

from collections.abc import AsyncIterator

import httpx
import orjson
import pytest
import respx

from control_plane.adapters.carriers.telnyx.account import TelnyxAccount
from control_plane.adapters.carriers.telnyx.control import Patience, TelnyxControl
from control_plane.core.call import commands as c
from control_plane.ports.carrier import Leg, LegIds, StreamTicket
from control_plane.ports.errors import (
    CallGone,
    Misconfigured,
    NotAnswered,
    ProviderError,
    RateLimited,
    Rejected,
    Timeout,
    Unavailable,
)

BASE = "https://telnyx.test/v2"
LEG = Leg(call_id="call-1", control_id="v3:a/b+c=", ticket=StreamTicket(url="wss://gw.test/stream/t", token="t"))
OK = httpx.Response(200, json={"data": {"result": "ok"}})
DIAL = c.Dial(to="+525512345678", sender="+525587654321", stream=True)


def refused(status: int, code: str, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"errors": [{"code": code, "title": "No"}]}, headers=headers)


async def resolve(host: str) -> frozenset[str]:
    return frozenset({"93.184.215.14"})


@pytest.fixture
async def control() -> AsyncIterator[TelnyxControl]:
    telnyx = TelnyxControl(
        TelnyxAccount(api_key="KEY", connection_id="app-1", base_url=BASE),
        patience=Patience(answer_s=1.0, pauses_s=(0.0, 0.0), rate_limit_s=0.05, download_bytes=1000),
        resolve=resolve,
    )
    yield telnyx
    await telnyx.aclose()


async def test_a_dial_names_the_leg(control: TelnyxControl, respx_mock: respx.MockRouter) -> None:
    data = {"call_control_id": "v3:x", "call_leg_id": "leg", "call_session_id": "session", "is_alive": False}
    route = respx_mock.post(f"{BASE}/calls").respond(200, json={"data": data})
    ids = await control.dial(LEG, DIAL, command_id="cmd-1")
    assert ids == LegIds(control_id="v3:x", leg_id="leg", session_id="session")
    request = route.calls.last.request
    assert request.headers["authorization"] == "Bearer KEY"
    assert request.headers["content-type"] == "application/json"
    assert orjson.loads(request.content)["command_id"] == "cmd-1"


@pytest.mark.parametrize("body", [b"", b"[]", b'{"data":null}', b'{"data":{"call_control_id":null}}'])
async def test_a_dial_taken_without_a_name_leaves_the_ids_empty(
    control: TelnyxControl, respx_mock: respx.MockRouter, body: bytes
) -> None:
    respx_mock.post(f"{BASE}/calls").respond(200, content=body)
    assert await control.dial(LEG, DIAL, command_id="cmd-1") == LegIds(control_id="")


async def test_the_control_id_is_percent_encoded(control: TelnyxControl, respx_mock: respx.MockRouter) -> None:
    route = respx_mock.post(url__regex=r".*/actions/hangup").mock(OK)
    await control.perform(LEG, c.Hangup(), command_id="cmd-1")
    assert route.calls.last.request.url.raw_path == b"/v2/calls/v3%3Aa%2Fb%2Bc%3D/actions/hangup"


@pytest.mark.parametrize(
    "fault",
    [
        httpx.ReadTimeout("slow"),
        httpx.ConnectTimeout("slow"),
        httpx.ConnectError("refused"),
        httpx.RemoteProtocolError("cut"),
        httpx.Response(500),
        refused(503, "10007"),
        refused(429, "10011"),
        refused(429, "90103", **{"x-ratelimit-reset": "0"}),
    ],
)
async def test_a_repeat_is_the_identical_command(
    control: TelnyxControl, respx_mock: respx.MockRouter, fault: Exception | httpx.Response
) -> None:
    route = respx_mock.post(url__regex=r".*/actions/answer").mock(side_effect=[fault, fault, OK])
    await control.perform(LEG, c.Answer(stream=True), command_id="cmd-1")
    bodies = [call.request.content for call in route.calls]
    assert len(bodies) == 3
    assert len(set(bodies)) == 1
    assert orjson.loads(bodies[0])["command_id"] == "cmd-1"


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (httpx.ReadTimeout("slow"), Timeout),
        (httpx.PoolTimeout("full"), Timeout),
        (httpx.ConnectError("refused"), Unavailable),
        (httpx.Response(500), Unavailable),
        (refused(429, "10011"), RateLimited),
    ],
)
async def test_two_repeats_are_all(
    control: TelnyxControl,
    respx_mock: respx.MockRouter,
    fault: Exception | httpx.Response,
    kind: type[ProviderError],
) -> None:
    route = respx_mock.post(url__regex=r".*/actions/speak").mock(side_effect=[fault] * 9)
    with pytest.raises(kind):
        await control.perform(LEG, c.Speak(text="Hola"), command_id="cmd-1")
    assert route.call_count == 3


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (refused(422, "90018"), CallGone),
        (refused(422, "90034"), NotAnswered),
        (refused(422, "90102"), Rejected),
        (refused(401, "10009"), Misconfigured),
        (refused(403, "10010"), Misconfigured),
        (refused(404, "10005"), Rejected),
        (refused(429, "10011", **{"x-ratelimit-reset": "30"}), RateLimited),
        (httpx.Response(302), Rejected),
        (httpx.Response(418, content=b"<html>"), Rejected),
    ],
)
async def test_what_will_not_go_better_is_not_repeated(
    control: TelnyxControl, respx_mock: respx.MockRouter, response: httpx.Response, kind: type[ProviderError]
) -> None:
    route = respx_mock.post(url__regex=r".*/actions/speak").mock(response)
    with pytest.raises(kind):
        await control.perform(LEG, c.Speak(text="Hola"), command_id="cmd-1")
    assert route.call_count == 1


async def test_a_long_quota_is_left_to_the_caller(control: TelnyxControl, respx_mock: respx.MockRouter) -> None:
    respx_mock.post(f"{BASE}/calls").mock(refused(429, "90103", **{"x-ratelimit-reset": "30"}))
    with pytest.raises(RateLimited) as raised:
        await control.dial(LEG, DIAL, command_id="cmd-1")
    assert (raised.value.retry_after, raised.value.code) == (30.0, "90103")


@pytest.mark.parametrize(
    ("command", "response"),
    [
        (c.Hangup(), refused(422, "90018")),
        (c.Hangup(), refused(404, "10005")),
        (c.StopStream(), refused(422, "90048")),
        (c.StartTranscription(), refused(422, "90054")),
    ],
)
async def test_a_refusal_that_says_it_is_so_already_is_fine(
    control: TelnyxControl, respx_mock: respx.MockRouter, command: c.CarrierCommand, response: httpx.Response
) -> None:
    respx_mock.post(url__regex=r".*/actions/.*").mock(response)
    await control.perform(LEG, command, command_id="cmd-1")


async def test_a_hangup_refused_for_another_reason_is_an_error(
    control: TelnyxControl, respx_mock: respx.MockRouter
) -> None:
    respx_mock.post(url__regex=r".*/actions/hangup").mock(refused(422, "90015"))
    with pytest.raises(Rejected):
        await control.perform(LEG, c.Hangup(), command_id="cmd-1")


@pytest.mark.parametrize("key", ["", " ", "KEY\n", "clé"])
async def test_a_key_that_cannot_be_one_is_a_misconfiguration(key: str, respx_mock: respx.MockRouter) -> None:
    telnyx = TelnyxControl(TelnyxAccount(api_key=key, connection_id="app-1", base_url=BASE))
    with pytest.raises(Misconfigured):
        await telnyx.perform(LEG, c.Hangup(), command_id="cmd-1")
    await telnyx.aclose()


async def test_a_leg_without_a_name_cannot_be_commanded(control: TelnyxControl) -> None:
    with pytest.raises(Rejected):
        await control.perform(Leg(call_id="call-1"), c.Hangup(), command_id="cmd-1")


async def test_an_error_text_holds_no_key_and_no_number(control: TelnyxControl, respx_mock: respx.MockRouter) -> None:
    title = f"{DIAL.to} is not allowed"
    respx_mock.post(f"{BASE}/calls").respond(422, json={"errors": [{"code": "10016", "title": title}]})
    with pytest.raises(Rejected) as raised:
        await control.dial(LEG, DIAL, command_id="cmd-1")
    assert "KEY" not in str(raised.value)
    assert "5512345678" not in str(raised.value)


async def test_a_recording_is_fetched_without_our_key(control: TelnyxControl, respx_mock: respx.MockRouter) -> None:
    route = respx_mock.get("https://s3.test/a.wav?sig=1").respond(200, content=b"RIFF")
    assert await control.download("https://s3.test/a.wav?sig=1") == b"RIFF"
    assert "authorization" not in route.calls.last.request.headers


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(403), Rejected),
        (httpx.Response(404), Rejected),
        (httpx.Response(503), Unavailable),
        (httpx.Response(429), Unavailable),
        (httpx.ReadTimeout("slow"), Timeout),
        (httpx.ConnectError("refused"), Unavailable),
        (httpx.Response(200, content=bytes(1001)), Rejected),
    ],
)
async def test_a_recording_that_does_not_come_is_a_provider_error(
    control: TelnyxControl, respx_mock: respx.MockRouter, answer: Exception | httpx.Response, kind: type[ProviderError]
) -> None:
    respx_mock.get("https://s3.test/a.wav").mock(side_effect=[answer])
    with pytest.raises(kind):
        await control.download("https://s3.test/a.wav")


@pytest.mark.parametrize(
    "url",
    ["ftp://s3.test/a.wav", "https://[", "https://", "https://s3.test:99999/", "https://s3.test/\x00", "/a.wav", ""],
)
async def test_a_link_that_is_no_web_address_is_refused(control: TelnyxControl, url: str) -> None:
    with pytest.raises(Rejected):
        await control.download(url)


@pytest.mark.parametrize("answer", [httpx.Response(404), httpx.ConnectError("refused"), httpx.ReadTimeout("slow")])
async def test_warming_never_raises(
    control: TelnyxControl, respx_mock: respx.MockRouter, answer: Exception | httpx.Response
) -> None:
    route = respx_mock.head(url__startswith=BASE).mock(side_effect=[answer])
    await control.warm()
    assert route.call_count == 1
