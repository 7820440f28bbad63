"""What each carrier command looks like on Telnyx's side."""

import base64
from dataclasses import replace
from typing import get_args

import orjson
import pytest

from control_plane.adapters.carriers.telnyx.account import TelnyxAccount
from control_plane.adapters.carriers.telnyx.commands import Order, action, call_id_of, client_state, dial_body
from control_plane.core.call import commands as c
from control_plane.ports.carrier import Leg, StreamTicket
from control_plane.ports.errors import Rejected

ACCOUNT = TelnyxAccount(api_key="KEY", connection_id="app-1", webhook_url="https://gw.example/webhook/telnyx")
TICKET = StreamTicket(url="wss://gw.example/stream/media/t0k3n", token="t0k3n")
LEG = Leg(call_id="call-1", control_id="v3:abc", ticket=TICKET)
ORDER = Order(account=ACCOUNT, leg=LEG, command_id="cmd-1")
SIGNED = {"client_state": base64.b64encode(b'{"call":"call-1"}').decode(), "command_id": "cmd-1"}
STREAM = {
    "stream_url": "wss://gw.example/stream/media/t0k3n",
    "stream_track": "inbound_track",
    "stream_codec": "default",
    "stream_bidirectional_mode": "rtp",
    "stream_bidirectional_codec": "PCMU",
    "stream_bidirectional_target_legs": "self",
}
WITH_TOKEN = {"stream_bidirectional_sampling_rate": 8000, "stream_auth_token": "t0k3n"}
WEBHOOK = {"webhook_url": "https://gw.example/webhook/telnyx"}


def test_a_dial_asks_for_the_stream_in_the_same_request() -> None:
    body = dial_body(ORDER, c.Dial(to="+525512345678", sender="+525587654321", stream=True))
    assert body == {
        "connection_id": "app-1",
        "to": "+525512345678",
        "from": "+525587654321",
        "timeout_secs": 30,
        "time_limit_secs": 14_000,
        **STREAM,
        **WITH_TOKEN,
        **WEBHOOK,
        **SIGNED,
    }


@pytest.mark.parametrize(
    ("on_machine", "asked"), [("talk", None), ("hang_up", "detect"), ("leave_message", "greeting_end")]
)
def test_a_dial_asks_what_picks_up_only_if_that_matters(on_machine: str, asked: str | None) -> None:
    body = dial_body(ORDER, c.Dial(to="+52", sender="+53", stream=False, on_machine=on_machine))
    assert body.get("answering_machine_detection") == asked


def test_a_dial_in_webhook_mode_asks_for_no_stream() -> None:
    body = dial_body(ORDER, c.Dial(to="+52", sender="+53", stream=False))
    assert not [name for name in body if name.startswith("stream")]


def test_without_a_webhook_address_the_one_at_the_carrier_is_left_alone() -> None:
    account = TelnyxAccount(api_key="KEY", connection_id="app-1")
    assert "webhook_url" not in dial_body(replace(ORDER, account=account), c.Dial(to="+52", sender="+53", stream=False))


@pytest.mark.parametrize(
    ("command", "verb", "body"),
    [
        (c.Answer(stream=True), "answer", STREAM | WEBHOOK),
        (c.Answer(stream=False), "answer", WEBHOOK),
        (c.Reject(busy=True), "reject", {"cause": "USER_BUSY"}),
        (c.Reject(busy=False), "reject", {"cause": "CALL_REJECTED"}),
        (c.Hangup(), "hangup", {}),
        (c.StartStream(), "streaming_start", STREAM | WITH_TOKEN),
        (c.StopStream(), "streaming_stop", {}),
        (
            c.StartTranscription(),
            "transcription_start",
            {
                "transcription_engine": "Google",
                "transcription_engine_config": {
                    "transcription_engine": "Google",
                    "language": "es",
                    "interim_results": True,
                },
                "transcription_tracks": "inbound",
            },
        ),
        (c.StartRecording(), "record_start", {"format": "wav", "channels": "dual"}),
        (
            c.Speak(text="Buenos días"),
            "speak",
            {"payload": "Buenos días", "payload_type": "text", "voice": "AWS.Polly.Mia-Neural"},
        ),
        (c.Play(url="https://gw.example/a.mp3"), "playback_start", {"audio_url": "https://gw.example/a.mp3"}),
        (c.StopSpeech(), "playback_stop", {"stop": "all"}),
        (c.SendDigits(digits="1w2#"), "send_dtmf", {"digits": "1w2#"}),
        (c.Transfer(to="+525511112222"), "transfer", {"to": "+525511112222"} | WEBHOOK),
    ],
)
def test_a_command_becomes_its_action(command: c.CarrierCommand, verb: str, body: dict[str, object]) -> None:
    assert action(ORDER, command) == (verb, body | SIGNED)


def test_every_carrier_command_is_an_action_but_the_two_that_act_on_no_leg() -> None:
    refused = set()
    values = {"text": "x", "url": "u", "digits": "1", "to": "+52", "format": "wav", "sender": "+53", "stream": True}
    for kind in get_args(c.CarrierCommand):
        fields = {name: values[name] for name in kind.__dataclass_fields__ if name in values}
        try:
            action(ORDER, kind(**fields))
        except Rejected:
            refused.add(kind)
    assert refused == {c.Dial, c.FetchRecording}


def test_a_stream_without_a_ticket_is_refused() -> None:
    with pytest.raises(Rejected):
        action(replace(ORDER, leg=replace(LEG, ticket=None)), c.StartStream())


@pytest.mark.parametrize(
    ("wanted", "voice"),
    [
        ("es", "AWS.Polly.Mia-Neural"),
        ("es-MX", "AWS.Polly.Mia-Neural"),
        ("en-US", "AWS.Polly.Joanna-Neural"),
        ("multi", "AWS.Polly.Mia-Neural"),
    ],
)
def test_the_voice_follows_the_language_of_the_bot(wanted: str, voice: str) -> None:
    order = replace(ORDER, leg=replace(LEG, language=wanted))
    assert action(order, c.Speak(text="x"))[1]["voice"] == voice


def test_the_client_state_brings_the_call_id_back() -> None:
    assert call_id_of(client_state("llamada-ñ")) == "llamada-ñ"


@pytest.mark.parametrize(
    "state",
    [
        None,
        "",
        7,
        "not base64!",
        "ñ",
        base64.b64encode(b"plain").decode(),
        base64.b64encode(b"[1]").decode(),
        base64.b64encode(orjson.dumps({"call": 3})).decode(),
    ],
)
def test_somebody_elses_client_state_names_no_call(state: object) -> None:
    assert call_id_of(state) == ""


def test_the_account_does_not_show_its_key() -> None:
    assert "KEY" not in repr(ACCOUNT)
