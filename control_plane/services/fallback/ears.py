"""Several recognisers as one: an ear is opened at the first that lets us in."""

from collections.abc import Callable
from dataclasses import replace

from control_plane.ports.errors import ProviderError
from control_plane.ports.hearing import Ear, Heard, HearingOptions, Listening, SpeechToText
from control_plane.services.fallback.route import Attempt, Route, Wanted


class ChainEar:
    """An open recognition that tells its breaker how it does. That it opened says little; that it hears says all."""

    def __init__(self, ear: Ear, attempt: Attempt[SpeechToText]) -> None:
        self.provider = attempt.name
        self._ear = ear
        self._attempt = attempt
        self._told = False

    # What is handed through is not awaited here a second time: frames come by fifty a second.

    def offer(self, audio: bytes) -> bool:
        return self._ear.offer(audio)

    async def send(self, audio: bytes) -> None:
        try:
            await self._ear.send(audio)
        except ProviderError as error:
            self.lost(error)
            raise

    async def finalize(self) -> None:
        try:
            await self._ear.finalize()
        except ProviderError as error:
            self.lost(error)
            raise

    async def listen(self, take: Callable[[Heard | Listening], None]) -> None:
        works = False

        def heard(event: Heard | Listening) -> None:
            nonlocal works
            if not works and not isinstance(event, Listening):
                works = True
                self._attempt.worked()
            take(event)

        try:
            await self._ear.listen(heard)
        except ProviderError as error:
            self.lost(error)
            raise

    def lost(self, error: ProviderError) -> None:
        """It failed, or somebody else found out that it does; one loss, of which several learn, counts once."""
        if not self._told:
            self._told = True
            self._attempt.failed(error)

    async def aclose(self) -> None:
        await self._ear.aclose()


class EarChain:
    """A SpeechToText over all recognisers. Keeping the caller's words over a change is the business of `Hearing`."""

    def __init__(self, route: Route[SpeechToText]) -> None:
        self._route = route

    async def open(self, options: HearingOptions) -> ChainEar:
        async def connect(attempt: Attempt[SpeechToText]) -> Ear:
            return await attempt.adapter.open(options if attempt.first else replace(options, model=""))

        special, model = bool(options.model), options.model
        wanted = Wanted(names=options.providers, avoid=options.avoid, special=special, model=model)
        attempt, ear = await self._route.ask(wanted, connect)
        return ChainEar(ear, attempt)

    async def aclose(self) -> None:
        for adapter in self._route.adapters:
            await adapter.aclose()
