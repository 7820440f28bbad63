"""Every finding in English and Spanish."""

from collections.abc import Mapping
from typing import Final

from control_plane.core.doctor.findings import Finding, Level, Text, Words, filled
from control_plane.core.doctor.texts_outside import OUTSIDE

OK, WARN, FAIL = Level.OK, Level.WARN, Level.FAIL


def _text(level: Level, *, en: tuple[str, ...], es: tuple[str, ...]) -> Text:
    return Text(level=level, en=Words(seen=en[0], remedy="".join(en[1:])), es=Words(seen=es[0], remedy="".join(es[1:])))


INSIDE: Final[Mapping[str, Text]] = {
    "settings.complete": _text(OK, en=("Nothing is missing.",), es=("No falta nada.",)),
    "settings.missing": _text(
        FAIL,
        en=("Real calls still need: {names}.", "{remedy}."),
        es=(
            "Para llamadas reales aún falta: {names}.",
            "Ponga esas variables en .env; `gateway check` explica cada una.",
        ),
    ),
    "settings.odd": _text(
        WARN,
        en=("Please look at: {names}.", "{remedy}."),
        es=("Conviene revisar: {names}.", "`gateway check` explica cada una."),
    ),
    "database.ok": _text(
        OK,
        en=("Reads and writes in {ms} ms, schema {revision}.",),
        es=("Lee y escribe en {ms} ms, esquema {revision}.",),
    ),
    "database.slow": _text(
        WARN,
        en=("A write took {ms} ms.", "Look at the disk or the network between the gateway and its database."),
        es=("Una escritura tardó {ms} ms.", "Revise el disco o la red entre el gateway y su base de datos."),
    ),
    "database.behind": _text(
        FAIL,
        en=(
            "The schema is {revision}, this program needs {newest}.",
            "Start the gateway once: it upgrades it.",
        ),
        es=("El esquema es {revision} y hace falta {newest}.", "Arranque el gateway una vez: actualiza el esquema."),
    ),
    "database.away": _text(
        FAIL,
        en=("The database does not answer ({why}).", "Look at DATABASE_URL, and whether the database runs."),
        es=("La base de datos no responde ({why}).", "Revise DATABASE_URL y que la base de datos esté en marcha."),
    ),
    "storage.ok": _text(
        OK,
        en=("A file was stored, read back and fetched over its link.",),
        es=("Se guardó un archivo, se leyó y se descargó por su enlace.",),
    ),
    "storage.failed": _text(
        FAIL,
        en=("Files cannot be stored ({why}).", "Look at DATA_DIR and its rights, or at S3_BUCKET and its keys."),
        es=("No se pueden guardar archivos ({why}).", "Revise DATA_DIR y sus permisos, o S3_BUCKET y sus claves."),
    ),
    "storage.link": _text(
        FAIL,
        en=(
            "The link to a stored file does not work ({why}).",
            "Carriers fetch speech over it: pass /blobs/ on to this gateway, and look at WEBHOOK_BASE_URL.",
        ),
        es=(
            "El enlace a un archivo guardado no funciona ({why}).",
            "Los operadores descargan la voz por él: dirija /blobs/ a este gateway y revise WEBHOOK_BASE_URL.",
        ),
    ),
    "redis.none": _text(OK, en=("Not used.",), es=("No se usa.",)),
    "redis.ok": _text(OK, en=("Answers in {ms} ms.",), es=("Responde en {ms} ms.",)),
    "redis.away": _text(
        WARN,
        en=(
            "Redis does not answer: everything is slower, and processes do not hear each other.",
            "Look at REDIS_URL, and whether Redis runs.",
        ),
        es=(
            "Redis no responde: todo va más lento y los procesos no se oyen entre sí.",
            "Revise REDIS_URL y que Redis esté en marcha.",
        ),
    ),
    "disk.ok": _text(OK, en=("{free} GB are free.",), es=("Hay {free} GB libres.",)),
    "disk.low": _text(
        WARN,
        en=("Only {free} GB are free.", "Make room: a recorded call takes about 1 MB a minute."),
        es=("Solo quedan {free} GB libres.", "Libere espacio: una llamada grabada ocupa cerca de 1 MB por minuto."),
    ),
    "disk.full": _text(
        FAIL,
        en=("Only {free} GB are free: calls and recordings will soon not be stored.", "Make room below DATA_DIR."),
        es=("Solo quedan {free} GB: pronto no se guardarán llamadas ni grabaciones.", "Libere espacio en DATA_DIR."),
    ),
    "check.broken": _text(
        FAIL,
        en=("The check itself failed ({why}).", "Look into the log; the rest of the report stands."),
        es=("La propia comprobación falló ({why}).", "Mire el registro; el resto del informe es válido."),
    ),
    "check.slow": _text(
        FAIL,
        en=("No result within {seconds} s.", "What it looks at hangs: see the other lines."),
        es=("Sin resultado en {seconds} s.", "Lo que examina está bloqueado: vea las demás líneas."),
    ),
}

TEXTS: Final[Mapping[str, Text]] = {**INSIDE, **OUTSIDE}

LANGUAGES: Final = ("en", "es")


def level(finding: Finding) -> Level:
    return TEXTS[finding.code].level


def words(finding: Finding, language: str) -> Words:
    """In Spanish for `es`, else in English."""
    text = TEXTS[finding.code]
    return filled(text.es if language == "es" else text.en, finding.values)
