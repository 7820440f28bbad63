"""The carrier that exists only in memory keeps the promises of the port that tests lean on."""

import pytest

from control_plane.core.audio.frames import Encoding
from control_plane.core.call import commands as c
from control_plane.ports.carrier import (
    AudioReceived,
    KeyReceived,
    Leg,
    LegIds,
    MarkReturned,
    MediaFault,
    MediaMessage,
    MediaStarted,
    MediaStopped,
    Notice,
    SocketOpened,
)
from control_plane.ports.errors import BadSignature, MalformedMessage, Rejected, Unavailable
from control_plane.testing.carriers import SIGNATURE, FakeCallControl, FakeWebhookReader, PlainCodec, fake_carrier

LEG = Leg(call_id="call-1", control_id="leg-1")
DIAL = c.Dial(to="+52", sender="+53", stream=True)


async def test_a_repeated_command_is_sent_twice_and_takes_effect_once() -> None:
    control = FakeCallControl()
    for _ in range(2):
        await control.perform(LEG, c.Hangup(), command_id="cmd-1")
    assert len(control.sent) == 2
    assert control.commands == [c.Hangup()]


async def test_a_repeated_dial_names_the_same_leg() -> None:
    control = FakeCallControl()
    ids = [await control.dial(Leg(call_id="call-1"), DIAL, command_id=name) for name in ("a", "a", "b")]
    assert [one.control_id for one in ids] == ["leg-1", "leg-1", "leg-2"]
    assert ids[0] == LegIds(control_id="leg-1", leg_id="leg-id-1", session_id="session-1")


async def test_scripted_failures_come_once_each_and_have_no_effect() -> None:
    control = FakeCallControl()
    control.fail(c.Hangup, Unavailable("fake", "down"))
    with pytest.raises(Unavailable):
        await control.perform(LEG, c.Hangup(), command_id="cmd-1")
    assert control.commands == []
    await control.perform(LEG, c.Hangup(), command_id="cmd-1")
    assert control.commands == [c.Hangup()]


async def test_only_known_recordings_can_be_downloaded() -> None:
    control = FakeCallControl(recordings={"https://s3/a.wav": b"RIFF"})
    assert await control.download("https://s3/a.wav") == b"RIFF"
    with pytest.raises(Rejected):
        await control.download("https://s3/b.wav")


async def test_warming_and_closing_are_seen() -> None:
    control = FakeCallControl()
    await control.warm()
    await control.aclose()
    assert (control.warmed, control.closed) == (1, True)


def test_a_known_notice_is_read_back_and_needs_the_signature() -> None:
    reader = FakeWebhookReader()
    notice = Notice(event_id="ev-1", kind="call.cost", event=None)
    assert reader.read(reader.add(notice)) == notice
    reader.verify(SIGNATURE, b"", now=0.0)
    with pytest.raises(BadSignature):
        reader.verify({}, b"", now=0.0)
    with pytest.raises(MalformedMessage):
        reader.read(b"\xff")


@pytest.mark.parametrize(
    ("message", "read"),
    [
        ("open t0k3n", SocketOpened(token="t0k3n")),
        ("open", SocketOpened()),
        ("start s-1 leg-1 PCMA", MediaStarted(stream_id="s-1", control_id="leg-1", encoding=Encoding.PCMA)),
        ("audio 3 YWJj", AudioReceived(3, b"abc")),
        (b"key 5", KeyReceived(digit="5")),
        ("mark m1", MarkReturned(name="m1")),
        ("stop", MediaStopped()),
        ("error 7 bad audio", MediaFault(code="7", title="bad audio")),
        ("weather", None),
    ],
)
def test_plain_words_are_read(message: str | bytes, read: MediaMessage | None) -> None:
    assert PlainCodec().receive(message) == read


@pytest.mark.parametrize("message", ["", "start s-1 leg-1 OPUS", "audio x YWJj", "audio 1 ???"])
def test_other_words_are_malformed(message: str) -> None:
    with pytest.raises(MalformedMessage):
        PlainCodec().receive(message)


def test_a_fake_carrier_is_whole() -> None:
    carrier = fake_carrier(name="paper")
    codec = carrier.codec()
    assert (carrier.name, codec.audio(b"abc"), codec.clear(), codec.mark("m")) == (
        "paper",
        "audio YWJj",
        "clear",
        "mark m",
    )
