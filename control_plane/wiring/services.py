"""What the services are given, from parts and settings."""

from typing import Final

from control_plane.adapters.store.contact_permit import SqlDialPermit
from control_plane.adapters.store.ears import SqlEarStore
from control_plane.core.audio.playout import Playout
from control_plane.core.call.commands import FetchRecording
from control_plane.core.call.state import Phase
from control_plane.core.turn.policy import SPECULATIONS, EndpointingKind, TurnPolicy
from control_plane.ports.hearing import HearingOptions
from control_plane.ports.infrastructure import BadNumber, NumberPlan
from control_plane.ports.stores import CallRecord
from control_plane.services.bots.casting import Casting
from control_plane.services.calls.desk import CallDesk, DeskParts, DeskPolicy
from control_plane.services.calls.ears import EarKeeper
from control_plane.services.calls.executor import ExecutorParts
from control_plane.services.calls.factory import CallFactory, FactoryParts
from control_plane.services.calls.roster import Roster, RosterParts
from control_plane.services.calls.talk import CallTalk, TalkParts
from control_plane.services.conversation.turn_log import TurnLogParts
from control_plane.services.media.door import DoorParts
from control_plane.services.media.spool import Spool
from control_plane.services.media.tickets import Tickets
from control_plane.services.webhooks.intake import IntakeParts, WebhookIntake
from control_plane.services.webhooks.routing import NoticeRouter, RouterParts
from control_plane.wiring.observed import timed_control
from control_plane.wiring.parts import Parts

MS: Final = 1000

RING_SLACK_S: Final = 30.0
"""A carrier may go on ringing on other routes after its own time-out."""


def desk_parts(parts: Parts, bots: Casting) -> DeskParts:
    """For the call desk."""
    settings = parts.settings
    policy = DeskPolicy(
        carrier=parts.carrier.name,
        sender=getattr(settings, f"{parts.carrier.name}_phone_number"),
        stream=parts.stream,
        record=settings.record_calls,
        max_calls=settings.max_calls,
    )
    factory = CallFactory(_factory_parts(parts, bots))
    roster = Roster(
        RosterParts(
            factory=factory,
            store=parts.calls,
            nodes=parts.nodes,
            clock=parts.clock,
            metrics=parts.metrics,
            supervisor=parts.supervisor,
            tracing=parts.tracing,
        )
    )
    return DeskParts(
        policy=policy,
        factory=factory,
        roster=roster,
        store=parts.calls,
        nodes=parts.nodes,
        numbers=parts.numbers,
        clock=parts.clock,
        metrics=parts.metrics,
        supervisor=parts.supervisor,
        permit=SqlDialPermit(parts.database),
    )


def _factory_parts(parts: Parts, bots: Casting) -> FactoryParts:
    settings = parts.settings
    return FactoryParts(
        bots=bots,
        patience={
            Phase.TALKING: settings.max_call_seconds,
            Phase.RINGING: settings.ring_timeout_seconds + RING_SLACK_S,
        },
        store=parts.calls,
        clock=parts.clock,
        bus=parts.bus,
        metrics=parts.metrics,
        talk=_talk_parts(parts),
        executor=_executor_parts(parts, bots),
    )


def _talk_parts(parts: Parts) -> TalkParts:
    settings = parts.settings
    turns = TurnLogParts(
        store=parts.calls,
        bus=parts.bus,
        clock=parts.clock,
        metrics=parts.metrics,
        supervisor=parts.supervisor,
        tracing=parts.tracing,
    )
    return TalkParts(
        brain=parts.brain,
        tts=parts.tts,
        store=parts.calls,
        blobs=parts.blobs,
        cache=parts.cache,
        clock=parts.clock,
        metrics=parts.metrics,
        supervisor=parts.supervisor,
        turns=turns,
        spool=Spool(settings.data_dir / "spool", parts.supervisor.spawn) if settings.record_calls else None,
        transfer_number=settings.transfer_number,
        zone_of=lambda call: contact_zone(parts.numbers, call, default=settings.default_time_zone),
        turn_policy=TurnPolicy(
            endpointing=EndpointingKind(settings.turn_endpointing),
            speculations=SPECULATIONS if settings.turn_speculation else 0,
        ),
        ears=EarKeeper(ears=SqlEarStore(parts.database), calls=parts.calls, metrics=parts.metrics),
    )


def contact_zone(numbers: NumberPlan, call: CallRecord, *, default: str) -> str:
    """The time zone of the person at the other end, as far as the number tells."""
    try:
        zones = numbers.parse(call.to if call.direction == "outbound" else call.sender).time_zones
    except BadNumber:
        return default
    return zones[0] if zones else default


def _executor_parts(parts: Parts, bots: Casting) -> ExecutorParts:
    control = timed_control(parts)

    async def fetch_recording(call: CallRecord, command: FetchRecording) -> None:
        audio = await control.download(command.url)
        key = f"recordings/{call.id}-carrier.{command.format}"
        await parts.blobs.put(key, audio, content_type=f"audio/{command.format}")
        stored = await parts.calls.get(call.id)
        if stored is None or not stored.recording_key:
            # A call that began on a stream has a recording of ours; the carrier's then lies beside it.
            await parts.calls.set_recording(call.id, key)
        parts.metrics.recordings_total.labels(outcome="fetched").inc()

    return ExecutorParts(
        store=parts.calls,
        control=control,
        metrics=parts.metrics,
        ticket=tickets(parts).issue,
        language=lambda call: bots.of(call).bot.language,
        fetch_recording=fetch_recording,
    )


def webhook_intake(parts: Parts, desk: CallDesk) -> WebhookIntake:
    """What the carrier reports, to the calls it is about."""
    router = NoticeRouter(router_parts(parts, desk))
    return WebhookIntake(
        IntakeParts(
            carrier=parts.carrier.name,
            reader=parts.carrier.reader,
            store=parts.webhooks,
            route=router.route,
            clock=parts.clock,
            metrics=parts.metrics,
            supervisor=parts.supervisor,
            alone=lambda: parts.nodes.alone,
        )
    )


def router_parts(parts: Parts, desk: CallDesk) -> RouterParts:
    return RouterParts(
        desk=desk,
        carrier=parts.carrier.name,
        calls=parts.calls,
        webhooks=parts.webhooks,
        clock=parts.clock,
        metrics=parts.metrics,
        alone=lambda: parts.nodes.alone,
    )


def tickets(parts: Parts) -> Tickets:
    return Tickets(parts.secret, stream_url=parts.settings.ws_stream_url, clock=parts.clock)


def door_parts(parts: Parts, desk: CallDesk) -> DoorParts:
    settings = parts.settings

    def hearing(talk: CallTalk) -> HearingOptions:
        return HearingOptions(
            language=settings.bot_language or talk.bot.language,
            providers=talk.bot.providers.stt,
            model=talk.bot.providers.stt_model,
            endpointing_ms=settings.endpointing_ms,
            keyterms=talk.bot.keyterms,
        )

    return DoorParts(
        tickets=tickets(parts),
        find=desk.roster.find,
        stt=parts.stt,
        clock=parts.clock,
        metrics=parts.metrics,
        supervisor=parts.supervisor,
        playout=lambda: Playout(lead_s=settings.playout_lead_ms / MS, chunk_s=settings.playout_chunk_ms / MS),
        hearing=hearing,
        turn_model=parts.turn_model,
    )
