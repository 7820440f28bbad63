"""Which calls a list or an export is asked for."""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from control_plane.core.refusals import Refused, invalid
from control_plane.ports.stores import CallFilter
from control_plane.resources.fields import printable
from control_plane.web.moments import moment
from control_plane.web.schemas import Cursor, PageLimit

_FLAGS: Final = {"true": True, "false": False}

Word = Annotated[str, Field(max_length=100), AfterValidator(printable)]


class CallSieve(BaseModel):
    """Which calls; empty fields do not filter."""

    model_config = ConfigDict(populate_by_name=True)

    state: Annotated[Word, Field(description="A phase, `ended` or `talking` for instance.")] = ""
    direction: Annotated[Word, Field(description="`inbound` or `outbound`.")] = ""
    live: Annotated[Literal["", "true", "false"], Field(description="`true`: not ended; `false`: ended.")] = ""
    cause: Annotated[Word, Field(description="Hangup cause.")] = ""
    bot_id: Word = ""
    since: Annotated[
        Word,
        Field(alias="from", description="Begun then or later: unix seconds, or an ISO date of the tenant's zone."),
    ] = ""
    until: Annotated[
        Word, Field(alias="to", description="Begun before: unix seconds or an ISO time; a date includes that day.")
    ] = ""
    q: Annotated[
        Word,
        Field(
            description="Words of the name as they begin or go on, or part of one of the numbers however it is written."
        ),
    ] = ""

    said: Annotated[Word, Field(description="Words that were said, as they begin; accents do not matter.")] = ""
    number: Annotated[Word, Field(description="The number at the other end: `+573001234567`.")] = ""
    has_recording: Annotated[Literal["", "true", "false"], Field(description="Whether there is a recording.")] = ""
    min_duration: Annotated[
        float | None, Field(ge=0, le=1e6, description="Seconds from answer to end, at least; ended calls only.")
    ] = None
    min_latency: Annotated[
        float | None, Field(ge=0, le=1e7, description="`latency_p95_ms` of this or more; ended calls only.")
    ] = None

    def wanted(self, tenant_id: str, *, zone: str) -> CallFilter:
        """Raises ValueError with a text for the client."""
        return CallFilter(
            tenant_id=tenant_id,
            said=self.said.strip(),
            number=_number(self.number),
            recorded=_FLAGS.get(self.has_recording),
            min_talk_s=self.min_duration,
            min_latency_ms=self.min_latency,
            state=self.state,
            direction=self.direction,
            live=_FLAGS.get(self.live),
            cause=self.cause,
            bot_id=self.bot_id,
            since=moment("from", self.since, zone=zone)[0],
            until=moment("to", self.until, zone=zone)[1],
            text=self.q.strip(),
        )


class CallQuery(CallSieve):
    """Which calls, and which page of them."""

    limit: PageLimit = 50
    cursor: Cursor = ""


def refusal(error: ValueError) -> Refused:
    """Of a filter whose text says `field: why`."""
    field, _, why = str(error).partition(": ")
    return invalid(field, why)


def _number(text: str) -> str:
    """As it is stored; in addresses a plus is often a space."""
    digits = "".join(filter(str.isdecimal, text))
    return f"+{digits}" if digits else text.strip()
