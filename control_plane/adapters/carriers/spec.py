"""What a carrier package has to offer so that the gateway can be wired with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from control_plane.ports.carrier import Carrier


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierConfig:
    """What the operator set for one carrier."""

    options: Mapping[str, str] = field(repr=False)
    """Values of the spec's options, without the carrier's prefix: `api_key` is TELNYX_API_KEY. Empty is not set."""
    webhook_url: str = ""
    """Public address for this carrier's webhooks; empty leaves the one configured at the carrier."""

    ring_s: int = 30
    talk_s: int = 14_000

    def option(self, name: str, default: str = "") -> str:
        return self.options.get(name) or default


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierSpec:
    """One carrier as a value: its name, its settings, and how to build it.

    `build` opens no connection and never fails for a missing option: a carrier without credentials refuses every
    webhook and answers every command with Misconfigured.
    """

    name: str
    required: tuple[str, ...]
    build: Callable[[CarrierConfig], Carrier]
    optional: tuple[str, ...] = ()

    @property
    def options(self) -> tuple[str, ...]:
        return self.required + self.optional
