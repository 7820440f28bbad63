"""What pages that watch the gateway are made from."""

from dataclasses import dataclass

from control_plane.ports.ears import EarStore
from control_plane.ports.reports import ReportStore
from control_plane.services.fresh import Fresh
from control_plane.services.overview import Overview
from control_plane.services.providers import ProviderBoard
from control_plane.services.waveform import Waveforms


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """Nothing here changes a call."""

    overview: Overview
    reports: ReportStore
    ears: EarStore
    waveforms: Waveforms
    providers: ProviderBoard
    database_answers: Fresh[bool]
    sellers: Fresh[int]
    """Those who are there, of all tenants."""
