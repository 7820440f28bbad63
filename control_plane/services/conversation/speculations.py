"""What speculation brings and what it costs, counted."""

from control_plane.observability.metrics import Metrics
from control_plane.services.conversation.delivery import Reply


class Speculations:
    """Counts the replies that were made ready ahead of the decision, and what was written in vain."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def used(self, reply: Reply) -> None:
        self._metrics.speculations_total.labels(outcome="used").inc()

    def discarded(self, reply: Reply) -> None:
        self._metrics.speculations_total.labels(outcome="discarded").inc()
        self._metrics.speculation_waste_characters_total.inc(len(reply.draft.text))
        rounds = (asked.end for asked in reply.draft.rounds if asked.end is not None)
        self._metrics.speculation_waste_tokens_total.inc(sum(end.input_tokens + end.output_tokens for end in rounds))
