"""Every kind of call event and carrier command, filled in, and strategies that mix them."""

from typing import Final

from hypothesis import strategies as st

from control_plane.core.call import commands as c
from control_plane.core.call import events as e
from control_plane.core.call.causes import HangupCause
from control_plane.core.call.state import OnMachine

CALLEE: Final = "+573005550101"
OURS: Final = "+576015550100"

REQUESTED: Final = e.CallRequested(to=CALLEE, sender=OURS, stream=True)
REQUESTED_BY_WEBHOOKS: Final = e.CallRequested(to=CALLEE, sender=OURS, stream=False, record=True)
OFFERED: Final = e.CallOffered(sender=CALLEE, to=OURS, control_id="leg-1", leg_id="leg-id-1", session_id="session-1")
ACCEPTED: Final = e.DialAccepted(control_id="leg-1", leg_id="leg-id-1", session_id="session-1")
INITIATED: Final = e.LegInitiated(control_id="leg-1", leg_id="leg-id-1", session_id="session-1")
ANSWERED: Final = e.LegAnswered(control_id="leg-1")
ATTACHED: Final = e.MediaAttached(stream_id="stream-1")
DETACHED: Final = e.MediaDetached(stream_id="stream-1")
HUNG_UP: Final = e.LegHungUp(cause="normal", source="callee", sip_code="200")
HANG_UP: Final = e.HangupRequested(reason="api")
TRANSFER: Final = e.TransferRequested(to="+573005550199")

ONE_OF_EACH: Final[tuple[e.CallEvent, ...]] = (
    REQUESTED,
    OFFERED,
    ACCEPTED,
    INITIATED,
    ANSWERED,
    e.MachineDetected(),
    e.MachineGreetingEnded(sure=False),
    e.LegBridged(),
    HUNG_UP,
    e.StreamStarted(),
    e.StreamStopped(),
    e.StreamFailed(reason="connection_failed"),
    ATTACHED,
    DETACHED,
    e.HearingLost(stream_id="stream-1"),
    e.CallerTranscribed(text="sí, señor", final=True),
    e.SpeechPlayed(completed=True),
    e.DigitReceived(digit="#"),
    e.RecordingSaved(url="https://carrier.example/r.mp3"),
    HANG_UP,
    TRANSFER,
    e.TransferFailed(cause="busy"),
    e.SayRequested(text="¿Me oye?", url="https://gateway.example/a.wav"),
    e.QuietRequested(),
    e.DigitsRequested(digits="12#"),
    e.CommandFailed(command="Speak", code="90015"),
    e.ProcessRestarted(),
)

COMMAND_OF_EACH: Final[tuple[c.CarrierCommand, ...]] = (
    c.Dial(to=CALLEE, sender=OURS, stream=True),
    c.Answer(stream=False),
    c.Reject(busy=False),
    c.Hangup(),
    c.StartStream(),
    c.StopStream(),
    c.StartTranscription(),
    c.StartRecording(),
    c.Speak(text="¿Me oye?"),
    c.Play(url="https://gateway.example/a.wav"),
    c.StopSpeech(),
    c.SendDigits(digits="12#"),
    c.Transfer(to="+573005550199"),
    c.FetchRecording(url="https://carrier.example/r.mp3", format="mp3"),
)

_BOOLS = st.booleans()
_NAMES = st.sampled_from(["", "leg-1", "leg-1", "leg-2"])
_STREAMS = st.sampled_from(["stream-1", "stream-2"])
_COMMAND_NAMES = st.sampled_from([type(command).__name__ for command in COMMAND_OF_EACH])

BEGINNINGS: Final[st.SearchStrategy[e.CallEvent]] = st.one_of(
    st.builds(
        e.CallRequested,
        to=st.just(CALLEE),
        sender=st.just(OURS),
        stream=_BOOLS,
        record=_BOOLS,
        on_machine=st.sampled_from([action.value for action in OnMachine]),
    ),
    st.builds(
        e.CallOffered,
        sender=st.just(CALLEE),
        to=st.just(OURS),
        control_id=st.just("leg-1"),
        accepted=st.sampled_from([True, True, False]),
        stream=_BOOLS,
        record=_BOOLS,
    ),
)

EVENTS: Final[st.SearchStrategy[e.CallEvent]] = st.one_of(
    BEGINNINGS,
    st.builds(e.DialAccepted, control_id=_NAMES),
    st.builds(e.LegInitiated, control_id=_NAMES),
    st.builds(e.LegAnswered, control_id=_NAMES),
    st.builds(e.LegHungUp, cause=st.sampled_from([cause.value for cause in HangupCause])),
    st.builds(e.MediaAttached, stream_id=_STREAMS),
    st.builds(e.MediaDetached, stream_id=_STREAMS, orderly=_BOOLS),
    st.builds(e.CommandFailed, command=_COMMAND_NAMES, code=st.just("1"), gone=st.sampled_from([False, False, True])),
    st.just(e.MachineDetected()),
    st.builds(e.MachineGreetingEnded, sure=_BOOLS),
    st.builds(e.CallerTranscribed, text=st.just("sí"), final=_BOOLS),
    st.builds(e.SpeechPlayed, completed=_BOOLS),
    st.builds(e.SayRequested, text=st.just("hola"), url=st.sampled_from(["", "https://a.example/1"])),
    st.sampled_from(ONE_OF_EACH),
)
"""Any event; those that a call cannot live without come more often, with all their values."""
