"""What a bot says when its document leaves a greeting or a phrase open, by language."""

from collections.abc import Mapping
from typing import Final

from control_plane.core.bot import PartOfDay, Phrases

_SPANISH: Final = Phrases(
    reprompts=("¿Sigue ahí? Dígame en qué le puedo ayudar.", "Disculpe, no alcanzo a oírle. ¿Me podría repetir?"),
    given_up="Parece que no nos oímos bien. Puede volver a llamarnos cuando guste. ¡Hasta luego!",
    provider_failure="Disculpe, tengo un problema técnico. Por favor, vuelva a llamarnos en unos minutos.",
    resumed="Disculpe, se cortó un momento. Ya estoy de nuevo con usted. ¿Me decía?",
    no_match="Perdone, no le entendí bien. ¿Me lo podría repetir?",
    fillers=("Un momento, por favor.", "Enseguida le digo.", "Gracias por esperar, sigo con usted."),
)

_ENGLISH: Final = Phrases(
    reprompts=("Are you still there? How can I help you?", "Sorry, I can't hear you. Could you say that again?"),
    given_up="It seems we can't hear each other well. Please call us again whenever you like. Goodbye!",
    provider_failure="Sorry, I have a technical problem. Please call us again in a few minutes.",
    resumed="Sorry, we were cut off for a moment. I'm back with you. You were saying?",
    no_match="Sorry, I didn't quite catch that. Could you say it again?",
    fillers=("One moment, please.", "Let me see.", "Thanks for waiting, I'm still with you."),
)

PHRASES: Final[Mapping[str, Phrases]] = {"es": _SPANISH, "en": _ENGLISH, "multi": _SPANISH}

_HELLO: Final = {
    "es": {
        PartOfDay.MORNING: "Buenos días, {nombre}. Habla BOT. ¿En qué le puedo ayudar?",
        PartOfDay.AFTERNOON: "Buenas tardes, {nombre}. Habla BOT. ¿En qué le puedo ayudar?",
        PartOfDay.NIGHT: "Buenas noches, {nombre}. Habla BOT. ¿En qué le puedo ayudar?",
    },
    "en": {
        PartOfDay.MORNING: "Good morning, {name}. This is BOT. How can I help you?",
        PartOfDay.AFTERNOON: "Good afternoon, {name}. This is BOT. How can I help you?",
        PartOfDay.NIGHT: "Good evening, {name}. This is BOT. How can I help you?",
    },
}


def greetings(language: str, bot: str) -> Mapping[PartOfDay, str]:
    """With the name of the bot in them."""
    return {part: text.replace("BOT", bot) for part, text in _HELLO.get(language, _HELLO["es"]).items()}
