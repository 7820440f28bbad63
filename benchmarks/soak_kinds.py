"""What the callers of a soak test do, and how a call of each kind may end."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

Step = Mapping[str, Any]
Ending = tuple[str, str]
"""Hangup cause and reason, as the gateway keeps them."""

GOODBYE: Final[Ending] = ("normal", "the bot said goodbye")
LEFT: Final[Ending] = ("normal", "")
"""The caller hung up."""
GAVE_UP: Final[Ending] = ("cancelled", "")
OVERTAKEN: Final[Ending] = ("cancelled", "not accepted")
"""Gave up in the moment of being turned away."""
SILENT: Final[Ending] = ("normal", "the caller did not speak")
TURNED_AWAY: Final[Ending] = ("busy", "not accepted")
"""May happen to whoever rings when all lines are taken."""

_BYE: Final[Step] = {"do": "say", "text": "Nada más, adiós."}
_ASK: Final[Step] = {"do": "say", "text": "¿A qué hora abren?"}
_PERSON: Final[Step] = {"do": "say", "text": "Una persona."}
_WAIT: Final[Step] = {"do": "wait_hangup", "timeout_s": 6}
_CUT_BYE: Final[Step] = {"do": "interrupt", "text": "Nada más, adiós.", "after_s": 0.4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One sort of call. `weight` of them are in every hundred, about."""

    name: str
    weight: int
    steps: Sequence[Step] = (_WAIT,)
    endings: frozenset[Ending]
    mark: frozenset[Ending] = frozenset()
    """Endings of which at least one has to be seen in the whole run; empty: any."""
    outbound: bool = False
    answer: str = "yes"
    """What happens when this party is dialled."""
    number: str = "open"
    """Which of the gateway's numbers is called, or who is dialled: `open`, `closed`, `forbidden`."""
    faults: Sequence[Mapping[str, Any]] = ()
    """Armed for this call alone (of the line), or for whichever call comes next (of a provider)."""
    after_s: float | None = None
    """So long after it began the call is given up: by the caller of an inbound one, by the gateway's user else."""
    lasts_s: float = 0.0
    """About, of those that last longer than the others."""
    refused: bool = False
    """The gateway says no to whoever wants to call; there is no call."""


def _line(kind: str, **params: Any) -> Mapping[str, Any]:
    return {"target": "telnyx.media", "kind": kind, "params": params}


def _provider(target: str, kind: str, *, times: int = 1, **params: Any) -> Mapping[str, Any]:
    return {"target": target, "kind": kind, "times": times, "params": params}


def _ends(*endings: Ending) -> frozenset[Ending]:
    return frozenset(endings)


TALKED: Final = _ends(GOODBYE, LEFT, SILENT)
"""However a conversation comes to its end: a fault that was meant for another call may hit any."""

KINDS: Final = (
    Kind(name="says goodbye", weight=14, steps=(_BYE, _WAIT), endings=TALKED, mark=_ends(GOODBYE)),
    Kind(
        name="asks, says goodbye", weight=6, lasts_s=6, steps=(_ASK, _BYE, _WAIT), endings=TALKED, mark=_ends(GOODBYE)
    ),
    Kind(name="is called", weight=6, steps=(_BYE, _WAIT), endings=TALKED, mark=_ends(GOODBYE), outbound=True),
    Kind(name="interrupts", weight=8, steps=(_ASK, _CUT_BYE, _WAIT), endings=TALKED, mark=_ends(GOODBYE)),
    Kind(name="leaves in the greeting", weight=8, steps=({"do": "hangup", "after_s": 0.3},), endings=_ends(LEFT)),
    Kind(
        name="leaves in the answer",
        weight=8,
        steps=(_ASK, {"do": "hangup", "after_s": 0.4}),
        endings=TALKED,
        mark=_ends(LEFT),
    ),
    Kind(
        name="leaves in the transfer",
        weight=5,
        steps=(_PERSON, {"do": "hangup", "after_s": 1.2}),
        endings=TALKED,
        mark=_ends(LEFT),
    ),
    Kind(name="is transferred", weight=2, steps=(_PERSON, {"do": "wait_hangup", "timeout_s": 4}), endings=TALKED),
    Kind(
        name="gives up ringing",
        weight=6,
        endings=_ends(GAVE_UP, LEFT, OVERTAKEN),
        mark=_ends(GAVE_UP),
        after_s=0.0,
    ),
    Kind(
        name="is cancelled",
        weight=4,
        endings=_ends(
            *(((cause, "asked by the API")) for cause in ("cancelled", "normal", "no_answer")), ("no_answer", "")
        ),
        outbound=True,
        answer="no_answer",
        after_s=0.1,
    ),
    Kind(name="is busy", weight=3, endings=_ends(("busy", "")), outbound=True, answer="busy"),
    Kind(name="rejects", weight=2, endings=_ends(("rejected", "")), outbound=True, answer="rejected"),
    Kind(name="does not answer", weight=3, endings=_ends(("no_answer", "")), outbound=True, answer="no_answer"),
    Kind(name="must not be called", weight=4, endings=_ends(), outbound=True, number="forbidden", refused=True),
    Kind(
        name="rings when closed",
        weight=3,
        endings=_ends(("normal", "outside opening hours"), LEFT),
        mark=_ends(("normal", "outside opening hours")),
        number="closed",
    ),
    Kind(
        name="is silent",
        weight=4,
        steps=({"do": "wait_hangup", "timeout_s": 12},),
        lasts_s=8,
        endings=TALKED,
        mark=_ends(SILENT),
    ),
    Kind(
        name="presses keys",
        weight=3,
        steps=({"do": "dtmf", "digits": "12#"}, _BYE, _WAIT),
        endings=TALKED,
        mark=_ends(GOODBYE),
    ),
    Kind(
        name="loses the socket",
        weight=3,
        lasts_s=7,
        steps=(_ASK, _BYE, _WAIT),
        faults=(_line("drop_socket", after_s=1.0), _line("no_stop")),
        endings=TALKED,
    ),
    Kind(name="ends without stop", weight=2, steps=(_BYE, _WAIT), faults=(_line("no_stop"),), endings=TALKED),
    Kind(
        name="gets no media",
        weight=3,
        lasts_s=7,
        steps=(_BYE, _WAIT),
        faults=({**_line("connect_failed"), "times": 2},),
        endings=TALKED,
    ),
    Kind(
        name="meets a deaf ear",
        weight=3,
        steps=(_BYE, _WAIT),
        faults=(_provider("deepgram.handshake", "http_401"),),
        endings=TALKED,
    ),
    Kind(
        name="meets an overloaded brain",
        weight=2,
        steps=(_BYE, _WAIT),
        faults=(_provider("anthropic.request", "http_529", times=3),),
        endings=TALKED,
    ),
    Kind(
        name="meets a voice that breaks",
        weight=2,
        steps=(_BYE, _WAIT),
        faults=(_provider("elevenlabs.stream", "cut", after_s=0.2),),
        endings=TALKED,
    ),
)

QUICK: Final = tuple(
    kind for kind in KINDS if kind.name in ("leaves in the greeting", "gives up ringing", "is busy", "rejects")
)
"""Those that take a second at most, for a run that only has to show that what grows is seen."""


@dataclass(slots=True, kw_only=True)
class Mix:
    """Draws kinds, so that each hundred has about as many of each as its weight says. Repeatable."""

    kinds: Sequence[Kind]
    seed: int = 1
    _left: list[Kind] = field(default_factory=list, init=False)
    _chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    def draw(self, count: int) -> list[Kind]:
        """The next so many, those that last longest first: nobody waits for a single one at the end."""
        while len(self._left) < count:
            deck = [kind for kind in self.kinds for _ in range(kind.weight)]
            self._chance.shuffle(deck)
            self._left += deck
        drawn, self._left = self._left[:count], self._left[count:]
        return sorted(drawn, key=lambda kind: kind.lasts_s, reverse=True)
