"""What the errors of a model behind LangChain mean. They are those of its provider's library, which is not known here:
a status tells most, the name of the class the rest.
"""

from collections.abc import Mapping
from typing import Final

from control_plane.adapters.refusals import kind_of
from control_plane.ports.errors import Misconfigured, ProviderError, RateLimited, Timeout, Unavailable

PROVIDER: Final = "langchain"

_BY_NAME: Final[Mapping[str, type[ProviderError]]] = {
    # A part of the name of the class, in lower case; the first that fits.
    "timeout": Timeout,
    "ratelimit": RateLimited,
    "resourceexhausted": RateLimited,
    "authentication": Misconfigured,
    "permission": Misconfigured,
    "unauthenticated": Misconfigured,
    "importerror": Misconfigured,
    "modulenotfound": Misconfigured,
}
_NOT_FOUND: Final = 404


def translated(error: Exception) -> ProviderError:
    """The text of the error is left out, as it may repeat what was said."""
    if isinstance(error, ProviderError):
        return error
    name = type(error).__name__
    status = _status(error)
    if status == _NOT_FOUND:
        return Misconfigured(PROVIDER, "answered 404", code=name)
    if status is not None:
        return kind_of(status)(PROVIDER, f"answered {status}", code=name)
    kind = next((kind for part, kind in _BY_NAME.items() if part in name.lower()), Unavailable)
    return kind(PROVIDER, "the model failed", code=name)


def _status(error: Exception) -> int | None:
    """Of an HTTP answer that is an error; an error inside of a stream comes with 200 and tells nothing by it."""
    for holder in (error, getattr(error, "response", None)):
        status = getattr(holder, "status_code", None)
        if isinstance(status, int) and status >= 400:
            return status
    return None
