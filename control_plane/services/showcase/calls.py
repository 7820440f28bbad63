"""The calls of the showcase: when they were, how they went, what was said."""

from dataclasses import dataclass, replace
from typing import Any, Final

from control_plane.core.call.causes import HangupCause
from control_plane.core.call.events import CallOffered, CallRequested, LegAnswered, LegHungUp, TransferRequested
from control_plane.ports.infrastructure import BlobStore
from control_plane.ports.stores import CallRecord, CallStore, JournalEntry, TurnRecord
from control_plane.resources.showcase.talks import TALKS, Talk
from control_plane.services.calls import journal
from control_plane.services.showcase.dice import Dice
from control_plane.services.showcase.sound import Murmur, recording

DAY_S: Final = 86_400.0
LETTERS_PER_S: Final = 15.0
SILENT: Final = (HangupCause.NO_ANSWER, HangupCause.NO_ANSWER, HangupCause.BUSY, HangupCause.REJECTED)
"""How calls end that nobody answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A customer, as far as a call needs them."""

    contact_id: str
    name: str
    number: str
    pet: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A call that was written, and what came of it."""

    call: CallRecord
    person: Person
    talk: Talk | None


class CallTeller:
    """Writes one call after the other. The same number tells the same call, so that nothing is told twice."""

    def __init__(self, store: CallStore, blobs: BlobStore, *, tenant_id: str, bot_id: str, sender: str) -> None:
        self._store = store
        self._blobs = blobs
        self._tenant_id = tenant_id
        self._bot_id = bot_id
        self._sender = sender

    async def tell(self, number: int, person: Person, *, at: float, recorded: bool) -> Told:
        """`at` is when it began, unix seconds."""
        dice = Dice(f"{self._tenant_id} call {number}")
        talk = dice.pick(TALKS) if dice.chance() < 0.82 else None
        inbound = talk.inbound if talk else False
        call = self._begun(dice, person, at=at, inbound=inbound)
        if talk is None:
            return await self._unanswered(call, person, dice=dice)
        answered = at + dice.between(3, 14)
        turns = spoken(call.id, talk, person=person, dice=dice, at=answered)
        ended = (turns[-1].ended_at or answered) + dice.between(0.5, 2.5)
        call = replace(call, state="ended", answered_at=answered, ended_at=ended, hangup_cause=HangupCause.NORMAL)
        await self._keep(call, talk=talk)
        for turn in turns:
            await self._store.save_turn(turn)
        if recorded:
            await self._record(call, turns)
        return Told(call=call, person=person, talk=talk)

    def _begun(self, dice: Dice, person: Person, *, at: float, inbound: bool) -> CallRecord:
        name = int(dice.chance() * 2**60)
        return CallRecord(
            id=f"5ca1ab1e-{name >> 48 & 0xFFFF:04x}-4000-8000-{name & (1 << 48) - 1:012x}",
            tenant_id=self._tenant_id,
            direction="inbound" if inbound else "outbound",
            carrier="telnyx",
            sender=person.number if inbound else self._sender,
            to=self._sender if inbound else person.number,
            state="ended",
            bot_id=self._bot_id,
            created_at=at,
            contact_name=person.name,
            control_id=f"v3:showcase-{name:x}",
            variables={"mascota": person.pet},
        )

    async def _unanswered(self, call: CallRecord, person: Person, *, dice: Dice) -> Told:
        cause = dice.pick(SILENT)
        call = replace(call, ended_at=call.created_at + dice.between(8, 31), hangup_cause=cause)
        await self._keep(call, talk=None)
        return Told(call=call, person=person, talk=None)

    async def _keep(self, call: CallRecord, *, talk: Talk | None) -> None:
        events: list[tuple[float, Any]] = []
        if call.direction == "inbound":
            events.append((call.created_at, CallOffered(sender=call.sender, to=call.to, control_id=call.control_id)))
        else:
            events.append((call.created_at, CallRequested(to=call.to, sender=call.sender, stream=True)))
        if call.answered_at is not None:
            events.append((call.answered_at, LegAnswered(control_id=call.control_id)))
        if talk is not None and talk.transfers:
            events.append(((call.ended_at or 0.0) - 1.0, TransferRequested(to=self._sender)))
        events.append((call.ended_at or 0.0, LegHungUp(cause=str(call.hangup_cause), source="caller")))
        entries = [_entry(call.id, seq, event=event, at=at) for seq, (at, event) in enumerate(events, start=1)]
        await self._store.create(call, entries[0], commands=())
        for entry in entries[1:]:
            await self._store.record(call, entry, commands=())

    async def _record(self, call: CallRecord, turns: list[TurnRecord]) -> None:
        began = call.answered_at or 0.0
        murmurs = [Murmur(turn.speaker, turn.started_at - began, (turn.ended_at or 0.0) - began) for turn in turns]
        key = f"recordings/{call.id}.wav"
        audio = recording(murmurs, length_s=(call.ended_at or began) - began)
        await self._blobs.put(key, audio, content_type="audio/wav")
        await self._store.set_recording(call.id, key)


def _entry(call_id: str, seq: int, *, event: Any, at: float) -> JournalEntry:
    kind, body = journal.pack(event)
    return JournalEntry(call_id=call_id, seq=seq, kind=kind, body=body, at=at)


def spoken(call_id: str, talk: Talk, *, person: Person, dice: Dice, at: float) -> list[TurnRecord]:
    """What both said, with pauses and latencies as they are."""
    turns: list[TurnRecord] = []
    clock = at + 0.4
    for index, line in enumerate(talk.lines):
        text = line.format(name=person.name.split()[0], pet=person.pet, kind=person.kind)
        agent, cut = index % 2 == 0, index == talk.cut_off
        timing = latency(dice) if agent and index else {}
        clock += timing.get("total", 450.0 if agent else dice.between(500, 1400)) / 1000
        heard = " ".join(text.split()[: max(3, len(text.split()) * 2 // 3)]) if cut else text
        ended = clock + len(heard) / LETTERS_PER_S
        turns.append(
            TurnRecord(
                call_id=call_id,
                index=index,
                speaker="agent" if agent else "caller",
                text=text,
                heard=heard,
                started_at=clock,
                ended_at=ended,
                interrupted=cut,
                timing=timing,
            )
        )
        clock = ended
    return turns


def latency(dice: Dice) -> dict[str, float]:
    """Of one answer, in milliseconds, as the providers' published figures have it."""
    stages = {
        "stt": dice.between(215, 305),
        "dispatch": dice.between(1, 4),
        "brain": dice.between(290, 520),
        "clause": dice.between(40, 120),
        "handover": dice.between(1, 4),
        "voice": dice.between(150, 240),
        "playout": dice.between(3, 12),
    }
    own = sum(stages[name] for name in ("dispatch", "handover", "playout"))
    return {name: round(value, 1) for name, value in {**stages, "total": sum(stages.values()), "gateway": own}.items()}
