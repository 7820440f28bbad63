"""Which names of providers the settings know, and in which order they are asked."""

from collections.abc import Callable
from typing import Annotated, Final

from pydantic import AfterValidator

STT: Final = ("deepgram", "deepgram-flux")
LLM: Final = ("anthropic", "openai", "langchain")
TTS: Final = ("elevenlabs", "deepgram")


def names(listed: str) -> tuple[str, ...]:
    """From a list that is separated by commas, each once."""
    return tuple(dict.fromkeys(name for part in listed.split(",") if (name := part.strip().lower())))


def _known(choice: tuple[str, ...]) -> Callable[[str], str]:
    def check(listed: str) -> str:
        for name in names(listed):
            if name not in choice:
                raise ValueError(f"names a provider that there is not; there are: {', '.join(choice)}")
        return ",".join(names(listed))

    return check


SttOrder = Annotated[str, AfterValidator(_known(STT))]
LlmOrder = Annotated[str, AfterValidator(_known(LLM))]
TtsOrder = Annotated[str, AfterValidator(_known(TTS))]
