"""The recording of one call: made when the first stream starts, kept when the call is over."""

from control_plane.observability.logging import get_logger
from control_plane.observability.metrics import Metrics
from control_plane.ports.errors import ProviderError
from control_plane.ports.infrastructure import BlobStore, Clock
from control_plane.ports.stores import CallRecord, CallStore, StoreUnavailable
from control_plane.services.media.recorder import Recorder
from control_plane.services.media.spool import Spool

log = get_logger("talk")


class CallRecording:
    """One recorder over all streams of the call. Without a `spool` the call is not recorded."""

    def __init__(
        self,
        call: CallRecord,
        spool: Spool | None,
        *,
        clock: Clock,
        blobs: BlobStore,
        store: CallStore,
        metrics: Metrics,
    ) -> None:
        self._call = call
        self._spool = spool
        self._clock = clock
        self._blobs = blobs
        self._store = store
        self._metrics = metrics
        self._recorder: Recorder | None = None

    def recorder(self) -> Recorder | None:
        """The recorder, made now if there is none yet."""
        if self._recorder is None and self._spool is not None:
            began_at = self._call.answered_at or self._clock.wall()
            self._recorder = Recorder(self._spool, self._call.id, began_at=began_at, clock=self._clock)
        return self._recorder

    async def save(self) -> None:
        """Keep what was recorded, if anything was. What cannot be kept stays in the spool, and is told."""
        if self._recorder is None:
            return
        key = f"recordings/{self._call.id}.wav"
        try:
            if not await self._recorder.save(self._blobs, key):
                return
            await self._store.set_recording(self._call.id, key)
        except (ProviderError, StoreUnavailable, OSError) as error:
            log.error("recording not kept", error=str(error))
            self._metrics.recordings_total.labels(outcome="failed").inc()
        else:
            self._metrics.recordings_total.labels(outcome="saved").inc()
