"""How each carrier command is put to Telnyx: the verb in the address, and the body."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
import pybase64

from control_plane.adapters.carriers.telnyx.account import PROVIDER, TelnyxAccount
from control_plane.core.call import commands as c
from control_plane.ports.carrier import Leg, StreamTicket
from control_plane.ports.errors import Rejected

Body = dict[str, Any]

_DETECTION: Final[Mapping[str, Body]] = {
    "hang_up": {"answering_machine_detection": "detect"},
    "leave_message": {"answering_machine_detection": "greeting_end"},
}
"""What Telnyx listens for, by what is to be done with a machine."""

_REJECTIONS: Final[Mapping[bool, str]] = {True: "USER_BUSY", False: "CALL_REJECTED"}


def client_state(call_id: str) -> str:
    """Our call id in the form in which Telnyx returns it with every webhook of the leg: base64 of JSON."""
    return pybase64.b64encode_as_string(orjson.dumps({"call": call_id}))


def call_id_of(state: object) -> str:
    """The call id in a returned client state; empty when it is missing or somebody else's."""
    if not isinstance(state, str) or not state:
        return ""
    try:
        content = orjson.loads(pybase64.b64decode(state, validate=True))
    except ValueError:
        return ""
    call_id = content.get("call") if isinstance(content, dict) else None
    return call_id if isinstance(call_id, str) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Everything but the command itself that goes into a request."""

    account: TelnyxAccount
    leg: Leg
    command_id: str

    @property
    def language(self) -> str:
        return self.account.language(self.leg.language)


def dial_body(order: Order, command: c.Dial) -> Body:
    """Body of `POST /calls`."""
    body: Body = {"connection_id": order.account.connection_id, "to": command.to, "from": command.sender}
    body |= _DETECTION.get(command.on_machine, {})
    body |= {"timeout_secs": order.account.ring_s, "time_limit_secs": order.account.talk_s}
    if command.stream:
        body |= _stream_with_token(order)
    return body | _webhook(order) | _signed(order)


def action(order: Order, command: c.CarrierCommand) -> tuple[str, Body]:
    """Verb and body of `POST /calls/{id}/actions/{verb}`. Raises Rejected for what is no command to an existing leg."""
    found = _ACTIONS.get(type(command))
    if found is None:
        raise Rejected(PROVIDER, f"{type(command).__name__} is not a command to an existing leg")
    verb, body = found
    return verb, body(order, command) | _signed(order)


def _signed(order: Order) -> Body:
    return {"client_state": client_state(order.leg.call_id), "command_id": order.command_id}


def _webhook(order: Order) -> Body:
    return {"webhook_url": order.account.webhook_url} if order.account.webhook_url else {}


def _ticket(order: Order) -> StreamTicket:
    if order.leg.ticket is None:
        raise Rejected(PROVIDER, "a media stream was asked for without a ticket")
    return order.leg.ticket


def _stream(order: Order) -> Body:
    return {
        "stream_url": _ticket(order).url,
        "stream_track": "inbound_track",
        # The leg's own codec arrives either way when Telnyx cannot transcode: `start` says which.
        "stream_codec": "default",
        # The default, mp3, takes no raw audio: the caller would hear nothing.
        "stream_bidirectional_mode": "rtp",
        "stream_bidirectional_codec": "PCMU",
        "stream_bidirectional_target_legs": order.account.stream_target_legs,
    }


def _stream_with_token(order: Order) -> Body:
    token = _ticket(order).token
    return _stream(order) | {"stream_bidirectional_sampling_rate": 8000, "stream_auth_token": token}


def _answer(order: Order, command: c.Answer) -> Body:
    # `answer` knows neither a sampling rate nor a stream token: its URL carries the token alone.
    return _webhook(order) | (_stream(order) if command.stream else {})


def _reject(order: Order, command: c.Reject) -> Body:
    return {"cause": _REJECTIONS[command.busy]}


def _start_transcription(order: Order, command: c.StartTranscription) -> Body:
    engine = order.account.transcription_engine
    return {
        "transcription_engine": engine,
        "transcription_engine_config": {
            "transcription_engine": engine,
            "language": order.language,
            "interim_results": True,
        },
        "transcription_tracks": "inbound",
    }


def _speak(order: Order, command: c.Speak) -> Body:
    return {"payload": command.text, "payload_type": "text", "voice": order.account.voices[order.language]}


def _transfer(order: Order, command: c.Transfer) -> Body:
    # No target_leg_client_state: the far leg is not this call, and its hangup must not read as ours.
    return {"to": command.to} | _webhook(order)


def _nothing(order: Order, command: object) -> Body:
    return {}


_Builder = Callable[[Order, Any], Body]

_ACTIONS: Final[Mapping[type, tuple[str, _Builder]]] = {
    c.Answer: ("answer", _answer),
    c.Reject: ("reject", _reject),
    c.Hangup: ("hangup", _nothing),
    c.StartStream: ("streaming_start", lambda order, command: _stream_with_token(order)),
    c.StopStream: ("streaming_stop", _nothing),
    c.StartTranscription: ("transcription_start", _start_transcription),
    c.StartRecording: ("record_start", lambda order, command: {"format": "wav", "channels": "dual"}),
    c.Speak: ("speak", _speak),
    c.Play: ("playback_start", lambda order, command: {"audio_url": command.url}),
    c.StopSpeech: ("playback_stop", lambda order, command: {"stop": "all"}),
    c.SendDigits: ("send_dtmf", lambda order, command: {"digits": command.digits}),
    c.Transfer: ("transfer", _transfer),
}
