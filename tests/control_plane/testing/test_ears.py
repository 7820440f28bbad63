"""What the fake ears promise beyond their contract."""

from control_plane.ports.hearing import HearingOptions
from control_plane.testing.ears import FakeSpeechToText


async def test_every_ear_keeps_its_options_and_pieces() -> None:
    stt = FakeSpeechToText()
    ear = await stt.open(HearingOptions(language="en"))
    await ear.send(b"ab")
    await ear.send(b"")
    await ear.send(b"c")
    assert stt.ears == [ear]
    assert ear.options.language == "en"
    assert ear.audio == [b"ab", b"c"]
