"""Findings about what lies outside the process, in English and Spanish."""

from collections.abc import Mapping
from typing import Final

from control_plane.core.doctor.findings import Level, Text, Words

OK, WARN, FAIL = Level.OK, Level.WARN, Level.FAIL


def _text(level: Level, *, en: tuple[str, ...], es: tuple[str, ...]) -> Text:
    return Text(level=level, en=Words(seen=en[0], remedy="".join(en[1:])), es=Words(seen=es[0], remedy="".join(es[1:])))


_KEYS: Final[Mapping[str, Text]] = {
    "key.ok": _text(OK, en=("The key is accepted.",), es=("La clave es aceptada.",)),
    "key.none": _text(FAIL, en=("{setting} is not set.", "Set it."), es=("Falta {setting}.", "Póngala en .env.")),
    "key.refused": _text(
        FAIL,
        en=("The key is refused ({status}).", "Make a new key in the provider's console and put it into {setting}."),
        es=("La clave es rechazada ({status}).", "Cree una clave nueva en la consola del proveedor: {setting}."),
    ),
    "key.limited": _text(
        WARN,
        en=(
            "The key may not look at its own account ({status}), so it could not be checked.",
            "A key limited to calls is fine; a test call will show.",
        ),
        es=(
            "La clave no puede consultar su propia cuenta ({status}); no se pudo comprobar.",
            "Una clave limitada a llamadas sirve; una llamada de prueba lo dirá.",
        ),
    ),
    "key.subject": _text(
        FAIL,
        en=("The key is accepted, but {subject} does not exist there.", "Correct {subject}."),
        es=("La clave es aceptada, pero allí no existe {subject}.", "Corrija {subject}."),
    ),
    "provider.odd": _text(
        WARN,
        en=("The provider answered {status}.", "Look at its status page and try again."),
        es=("El proveedor respondió {status}.", "Mire su página de estado e intente de nuevo."),
    ),
    "provider.away": _text(
        FAIL,
        en=("The provider cannot be reached ({why}).", "Look at this machine's way to the internet and its DNS."),
        es=("No se llega al proveedor ({why}).", "Revise la salida a internet de esta máquina y su DNS."),
    ),
}

_ADDRESS: Final[Mapping[str, Text]] = {
    "webhook.ok": _text(
        OK,
        en=("Comes through, and what is not signed is refused.",),
        es=("Llega, y lo que no viene firmado es rechazado.",),
    ),
    "webhook.open": _text(
        FAIL,
        en=(
            "A forged webhook was taken ({status})!",
            "Anybody can invent calls: see what answers at WEBHOOK_BASE_URL, it does not check signatures.",
        ),
        es=(
            "¡Un webhook falsificado fue aceptado ({status})!",
            "Cualquiera puede inventar llamadas: vea qué responde en WEBHOOK_BASE_URL; no comprueba firmas.",
        ),
    ),
    "webhook.stranger": _text(
        FAIL,
        en=("Something else answers there ({status}).", "Pass /webhook/ on to this gateway; look at WEBHOOK_BASE_URL."),
        es=("Allí responde otra cosa ({status}).", "Dirija /webhook/ a este gateway; revise WEBHOOK_BASE_URL."),
    ),
    "address.away": _text(
        FAIL,
        en=("Nobody answers there ({why}).", "Look at DNS, firewall and Nginx, and whether the gateway runs."),
        es=("Allí no responde nadie ({why}).", "Revise DNS, cortafuegos y Nginx, y que el gateway esté en marcha."),
    ),
    "clock.ok": _text(OK, en=("Differs by {seconds} s.",), es=("Difiere en {seconds} s.",)),
    "clock.wrong": _text(
        FAIL,
        en=(
            "Differs by {seconds} s from {whose}: signatures of webhooks will be refused.",
            "Switch on time synchronisation (timedatectl set-ntp true).",
        ),
        es=(
            "Difiere en {seconds} s de {whose}: las firmas de los webhooks serán rechazadas.",
            "Active la sincronización de la hora (timedatectl set-ntp true).",
        ),
    ),
    "clock.unknown": _text(
        WARN,
        en=("Nobody could be asked for the time.", "Look at this machine's way to the internet."),
        es=("No hubo a quién preguntar la hora.", "Revise la salida a internet de esta máquina."),
    ),
    "certificate.ok": _text(OK, en=("Valid for {days} more days.",), es=("Válido por {days} días más.",)),
    "certificate.none": _text(
        WARN,
        en=("The address is not https.", "Fine on one machine; carriers need https with a valid certificate."),
        es=("La dirección no es https.", "Basta en una sola máquina; los operadores exigen https válido."),
    ),
    "certificate.soon": _text(
        WARN, en=("Ends in {days} days.", "Renew it now."), es=("Vence en {days} días.", "Renuévelo ya.")
    ),
    "certificate.over": _text(
        FAIL,
        en=("It has ended: no carrier comes through.", "Renew it."),
        es=("Está vencido: ningún operador puede entrar.", "Renuévelo."),
    ),
    "dashboard.ok": _text(OK, en=("Is served.",), es=("Se sirve.",)),
    "dashboard.absent": _text(
        WARN,
        en=("No page is served at {address}.", "Put Nginx in front (docs/operations.md), or go on without dashboard."),
        es=("No se sirve ninguna página en {address}.", "Ponga Nginx delante (docs/operations.md) o siga sin panel."),
    ),
    "sidecar.ok": _text(OK, en=("Answers.",), es=("Responde.",)),
    "sidecar.away": _text(
        WARN,
        en=("The metrics sidecar does not answer ({why}).", "Calls go on; start it, and look at SIDECAR_URL."),
        es=("El sidecar de métricas no responde ({why}).", "Las llamadas siguen; arránquelo y revise SIDECAR_URL."),
    ),
}

_ECHO: Final[Mapping[str, Text]] = {
    "echo.ok": _text(
        OK,
        en=("Mouth to ear {delay} ms, jitter {jitter} ms, {returned} of {sent} bursts back.",),
        es=("De boca a oído {delay} ms, variación {jitter} ms, volvieron {returned} de {sent} tonos.",),
    ),
    "echo.slow": _text(
        WARN,
        en=(
            "Mouth to ear {delay} ms, jitter {jitter} ms: callers will notice.",
            "Look at the load of this machine and at its way to the carrier; proxy_buffering has to be off.",
        ),
        es=(
            "De boca a oído {delay} ms, variación {jitter} ms: se notará.",
            "Revise la carga de esta máquina y su camino al operador; proxy_buffering debe estar en off.",
        ),
    ),
    "echo.partly": _text(
        WARN,
        en=("Only {returned} of {sent} bursts came back, after {delay} ms.", "Audio is lost: look at the load."),
        es=("Solo volvieron {returned} de {sent} tonos, tras {delay} ms.", "Se pierde audio: revise la carga."),
    ),
    "echo.silent": _text(
        FAIL,
        en=(
            "The media socket opens and no sound comes back.",
            "Another installation answers, or it is overloaded.",
        ),
        es=("El socket de audio abre y no vuelve sonido.", "Allí responde otra instalación, o está sobrecargada."),
    ),
    "echo.away": _text(
        FAIL,
        en=(
            "The media socket does not open ({why}).",
            "Pass /stream/ on with Upgrade and Connection headers, to STREAM_PORT where that is set; look at "
            "WS_STREAM_URL and whether the gateway runs.",
        ),
        es=(
            "El socket de audio no abre ({why}).",
            "Dirija /stream/ con las cabeceras Upgrade y Connection, a STREAM_PORT si está definido; revise "
            "WS_STREAM_URL y que el gateway corra.",
        ),
    ),
}

OUTSIDE: Final[Mapping[str, Text]] = {**_KEYS, **_ADDRESS, **_ECHO}
