"""The conversations of the showcase: who says what, as templates with the customer's name and pet."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Talk:
    """One way a call goes. Lines alternate, the bot's first; `cut_off` is the line that the caller interrupts."""

    about: str
    lines: tuple[str, ...]
    inbound: bool = True
    cut_off: int = -1
    order: tuple[str, ...] = ()
    """Products that are ordered in it, by their SKU."""
    transfers: bool = False


_HELLO: Final = "Buenos días. Habla María, de la Clínica Veterinaria San Martín. ¿En qué le puedo ayudar?"
_CALL: Final = "Buenas tardes, {name}. Le habla María, de la Clínica Veterinaria San Martín. ¿Tiene un momento?"

TALKS: Final[tuple[Talk, ...]] = (
    Talk(
        "una cita de vacunas",
        (
            _HELLO,
            "Hola, quería pedir una cita para vacunar a {pet}.",
            "Con mucho gusto. ¿Me dice su nombre y qué animal es {pet}?",
            "Soy {name}, y {pet} es un {kind}.",
            "Gracias, {name}. ¿Qué día y a qué hora le queda mejor?",
            "El jueves por la tarde, como a las cuatro.",
            "Entonces {pet}, vacuna, el jueves a las cuatro de la tarde. ¿Es correcto?",
            "Sí, perfecto.",
            "La cita queda anotada. Que tenga un buen día.",
        ),
    ),
    Talk(
        "el precio de la antirrábica",
        (
            _HELLO,
            "Buenas, ¿cuánto vale la vacuna antirrábica?",
            "La antirrábica cuesta cuarenta y cinco mil pesos. ¿Quiere que le reserve una cita?",
            "Ajá, ¿y hay que llevar el carné?",
            "Sí, por favor, traiga el carné de vacunas de {pet}.",
            "Bueno, lo pienso y llamo. Gracias.",
            "Con gusto. Aquí estamos. ¡Hasta luego!",
        ),
        cut_off=2,
    ),
    Talk(
        "un pedido de alimento",
        (
            _HELLO,
            "Hola, necesito pedir alimento para {pet}, del de adulto de diez kilos.",
            "El alimento de adulto de diez kilos cuesta ciento ochenta y nueve mil novecientos pesos. ¿Cuántos desea?",
            "Dos, por favor, y una pipeta antipulgas.",
            "Dos bolsas y una pipeta. ¿Se lo enviamos a la dirección de siempre?",
            "Sí, a la misma.",
            "Listo, {name}. El pedido queda hecho y llega mañana por la tarde.",
            "Muchas gracias.",
            "A usted. ¡Saludos a {pet}!",
        ),
        order=("ALI-ADU-10", "DES-EXT"),
    ),
    Talk(
        "una urgencia",
        (
            _HELLO,
            "¡Ayuda, {pet} se comió un chocolate entero y está temblando!",
            "Es una urgencia. Le paso con el equipo enseguida, no cuelgue.",
            "Gracias, rápido por favor.",
        ),
        transfers=True,
    ),
    Talk(
        "dónde va el pedido",
        (
            _HELLO,
            "Llamo por un pedido que hice el lunes, no me ha llegado.",
            "Lamento la demora, {name}. El pedido salió esta mañana y llega hoy antes de las seis.",
            "Ah bueno, entonces espero.",
            "Gracias por su paciencia. ¿Le ayudo con algo más?",
            "No, eso era todo.",
            "Que esté muy bien. ¡Hasta luego!",
        ),
        cut_off=2,
    ),
    Talk(
        "los horarios",
        (
            _HELLO,
            "¿Hasta qué hora atienden los sábados?",
            "Los sábados atendemos de nueve de la mañana a dos de la tarde.",
            "Listo, gracias.",
            "Con gusto. ¡Hasta luego!",
        ),
    ),
    Talk(
        "el recordatorio de una cita",
        (
            _CALL,
            "Sí, dígame.",
            "Le recuerdo la cita de {pet} mañana a las diez. ¿Nos confirma que viene?",
            "Sí, ahí estaremos.",
            "Perfecto, queda confirmada. Que tenga buena tarde.",
        ),
        inbound=False,
    ),
    Talk(
        "el refuerzo que vence",
        (
            _CALL,
            "¿De parte de quién?",
            "De la clínica donde vacunamos a {pet}. Este mes vence el refuerzo de la antirrábica.",
            "Ah, cierto. ¿Me puede dar cita para el sábado?",
            "Claro que sí. ¿El sábado a las once le queda bien?",
            "Sí, a las once.",
            "Anotado: {pet}, sábado a las once. ¡Muchas gracias!",
        ),
        inbound=False,
        cut_off=2,
    ),
    Talk(
        "no tiene tiempo",
        (
            _CALL,
            "No, ahora no puedo, estoy en una reunión.",
            "Entiendo. Le llamamos en otro momento. ¡Hasta luego!",
        ),
        inbound=False,
    ),
)
