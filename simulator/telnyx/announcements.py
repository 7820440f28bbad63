"""The payloads of the webhooks about a leg's life."""

from typing import Any

from simulator.telnyx.calls import Leg
from simulator.telnyx.recording import Recording
from simulator.telnyx.wire import timestamp

Payload = dict[str, Any]


def initiated(leg: Leg) -> Payload:
    return {
        **leg.parties(),
        "direction": leg.direction,
        "state": "parked" if leg.direction == "incoming" else "bridging",
        "start_time": leg.start_time,
        "caller_id_name": leg.sender,
        "custom_headers": [],
        "sip_headers": [],
        "tags": [],
    }


def answered(leg: Leg) -> Payload:
    """Without a direction; with the stream that dial or answer asked for."""
    payload = {**leg.parties(), "start_time": leg.start_time, "state": "answered", "tags": []}
    if leg.inline_stream is not None:
        payload |= {"stream_url": leg.inline_stream.url, "stream_track": leg.inline_stream.track}
    return payload


def hung_up(leg: Leg, sip: str) -> Payload:
    return {
        **leg.parties(),
        "start_time": leg.start_time,
        "end_time": timestamp(),
        "state": "hangup",
        "hangup_cause": leg.hangup_cause,
        "hangup_source": leg.hangup_source,
        "sip_hangup_cause": sip,
        "call_quality_stats": None,
        "custom_headers": [],
        "sip_headers": [],
        "tags": [],
    }


def recording_saved(recording: Recording, link: str) -> Payload:
    return {
        "recording_id": recording.id,
        "channels": recording.channels,
        "format": "wav",
        "recording_urls": {"wav": link},
        "public_recording_urls": {},
        "recording_started_at": recording.started_at,
        "recording_ended_at": recording.ended_at,
    }
