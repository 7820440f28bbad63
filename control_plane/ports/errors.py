"""The one language in which every adapter reports that its provider failed."""


class ProviderError(Exception):
    """A provider did not do what was asked.

    `provider` is its short name (`telnyx`), `code` what it called the fault (`90018`, `overloaded_error`), if anything.
    The text never holds keys, numbers of people or what they said.
    """

    retryable = False

    def __init__(self, provider: str, message: str, *, code: str = "") -> None:
        super().__init__(f"{provider}: {message}" + (f" ({code})" if code else ""))
        self.provider = provider
        self.code = code


class Unavailable(ProviderError):
    """Not reachable, or broken on its side (connection refused, 5xx, overloaded, socket cut)."""

    retryable = True


class Timeout(ProviderError):
    """No answer within the visible timeout of the caller."""

    retryable = True


class RateLimited(ProviderError):
    """Refused for now because of a quota. `retry_after` in seconds when the provider says."""

    retryable = True

    def __init__(self, provider: str, message: str, *, code: str = "", retry_after: float | None = None) -> None:
        super().__init__(provider, message, code=code)
        self.retry_after = retry_after


class Rejected(ProviderError):
    """Refused for good: the request itself is wrong for the state of things."""


class CallGone(Rejected):
    """The carrier says that the call has already ended (Telnyx 422/90018)."""


class NotAnswered(Rejected):
    """The carrier says that the call is not answered yet (Telnyx 422/90034)."""


class Misconfigured(ProviderError):
    """Our key, account or setting is wrong: a person has to act."""


class BadSignature(Exception):
    """A webhook is not from whom it claims to be, or too old. The text is safe to log; the sender learns nothing."""


class MalformedMessage(Exception):
    """A message from outside cannot be read. The text is safe to log."""
