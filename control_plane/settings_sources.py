"""Where values of settings come from: environment, `<NAME>_FILE` files, `SECRETS_DIR`, `.env`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dotenv import dotenv_values
from pydantic import ValidationError

from control_plane.settings_check import Fault, Severity

Names = Mapping[str, tuple[str, ...]]
"""Field name to the variables it answers to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found around the process. `values` are texts by field name."""

    values: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    unknown: tuple[str, ...] = ()
    """Variables of the environment and of `.env` that are no setting; which of them matter, the check decides."""


def look_around(environment: Mapping[str, str], *, env_file: str | Path | None, names: Names) -> Found:
    """Read every source. A variable that is empty counts as not set."""
    written = _env_file(env_file)
    places = {**written, **_filled(environment)}
    from_files, file_faults = _named_files(places, names)
    from_directory, directory_faults = _secret_files(places.get("SECRETS_DIR", ""), names)
    layers = (written, from_directory, from_files, _filled(environment))
    values: dict[str, str] = {}
    for layer in layers:
        values |= _by_field(layer, names)
    return Found(
        values=values,
        faults=(*file_faults, *directory_faults),
        unknown=tuple(sorted(_unknown(places, names))),
    )


def value_faults(error: ValidationError, names: Names) -> tuple[Fault, ...]:
    """The faults of single values, without the values."""
    return tuple(
        Fault(
            severity=Severity.FATAL,
            field=str(problem["loc"][0]),
            name=names[str(problem["loc"][0])][0],
            text=f"cannot be used ({problem['msg']})",
            remedy="correct it, or remove it to get the default (see .env.example)",
        )
        for problem in error.errors(include_url=False, include_input=False, include_context=False)
        if problem["type"] != "default_factory_not_called"  # the fault is another field's
    )


def _filled(variables: Mapping[str, str | None]) -> dict[str, str]:
    return {name.upper(): value.strip() for name, value in variables.items() if value and value.strip()}


def _env_file(path: str | Path | None) -> dict[str, str]:
    if path is None or not Path(path).is_file():
        return {}
    return _filled(dotenv_values(path, interpolate=False))


def _named_files(places: Mapping[str, str], names: Names) -> tuple[dict[str, str], list[Fault]]:
    """Values of which `<NAME>_FILE` says in which file they stand."""
    texts: dict[str, str] = {}
    faults: list[Fault] = []
    for name in _flat(names):
        path = places.get(f"{name}_FILE")
        if path is None:
            continue
        try:
            texts[name] = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            faults.append(_unreadable(f"{name}_FILE", "names a file that cannot be read"))
    return _filled(texts), faults


def _secret_files(directory: str, names: Names) -> tuple[dict[str, str], list[Fault]]:
    """Values from files that are named like the variable (in either case), as container platforms mount them."""
    if not directory:
        return {}, []
    if not Path(directory).is_dir():
        return {}, [_unreadable("SECRETS_DIR", "names no directory")]
    known = set(_flat(names))
    texts: dict[str, str] = {}
    faults: list[Fault] = []
    for path in sorted(Path(directory).iterdir()):
        if path.name.upper() not in known or not path.is_file():
            continue
        try:
            texts[path.name] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            faults.append(_unreadable("SECRETS_DIR", f"holds a file {path.name} that cannot be read"))
    return _filled(texts), faults


def _unreadable(name: str, text: str) -> Fault:
    return Fault(
        severity=Severity.FATAL,
        field="",
        name=name,
        text=text,
        remedy="give the path of a file or directory that this user may read",
    )


def _by_field(variables: Mapping[str, str], names: Names) -> dict[str, str]:
    found = {
        field_name: next((variables[name] for name in spellings if name in variables), None)
        for field_name, spellings in names.items()
    }
    return {field_name: value for field_name, value in found.items() if value is not None}


def _unknown(places: Mapping[str, str], names: Names) -> Iterable[str]:
    known = set(_flat(names))
    return (name for name in places if name not in known and name.removesuffix("_FILE") not in known)


def _flat(names: Names) -> Iterable[str]:
    return (name for spellings in names.values() for name in spellings)
