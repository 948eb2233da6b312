"""Sections of a TOML file on top of frozen dataclasses: what is not said there stays as it is.

Conventions
-----------
A section holds plain values by the names of the fields of a dataclass. What no field takes is an error that names
the file. Numbers in `v2ra.limits` are held to their ranges, all others to the dataclass's own check.

Source
------
The project's own rule that a file holds only what differs, and that an unknown key is an error.
"""

import contextlib
import dataclasses
import tomllib
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from v2ra.errors import InputError
from v2ra.limits import RANGES, check_number


def read_toml(path: Path) -> dict[str, Any]:
    """Return what a TOML file holds; InputError where it is missing or none."""
    if not path.is_file():
        raise InputError(f"found no file {path}; expected a TOML configuration; see configs/ for examples")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise InputError(
            f"found {path} not to be TOML ({error}); expected sections of key = value"
        ) from error


def merge(known: Mapping[str, Any], sections: Mapping[str, Any], *, source: str) -> dict[str, Any]:
    """Return dataclasses by the names of their sections, changed by what a file holds.

    Parameters
    ----------
    known : mapping of str to dataclass
        A field that is a dataclass itself is a section within its section.
    sections : mapping
        Of plain values, as TOML gives them.
    source : str
        What a message names: a file, or an option.

    Raises
    ------
    InputError
        Where a section, a key or a value does not fit.

    Examples
    --------
    >>> @dataclasses.dataclass(frozen=True)
    ... class Loss:
    ...     l1_weight: float = 10.0
    >>> merge({"loss": Loss()}, {"loss": {"l1_weight": 3}}, source="my.toml")
    {'loss': Loss(l1_weight=3.0)}
    """
    changed = dict(known)
    for name, values in sections.items():
        if name not in known or not isinstance(values, Mapping):
            raise InputError(
                f"found '{name}' in {source}; expected a section of keys, one of {', '.join(known)}"
            )
        changed[name] = _changed(known[name], values, name, source)
    return changed


def _changed(current: Any, values: Mapping[str, Any], name: str, source: str) -> Any:
    """Return a dataclass with some fields changed, all at once: its own check sees them together."""
    hints = typing.get_type_hints(type(current))
    found = {}
    for key, value in values.items():
        where = f"{name}.{key}"
        if key not in hints:
            raise InputError(f"found unknown key '{where}' in {source}; expected one of {', '.join(hints)}")
        if dataclasses.is_dataclass(hints[key]) and isinstance(value, Mapping):
            found[key] = _changed(getattr(current, key), value, where, source)
            continue
        found[key] = _checked(value, hints[key], f"{where} in {source}")
        if where in RANGES:
            check_number(where, found[key], source=source)
    return dataclasses.replace(current, **found)


def _checked(value: Any, hint: Any, where: str) -> Any:
    """Return the value in its declared type; whole numbers may stand for fractions."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        value = str(value) if all(isinstance(v, str) for v in arguments) else value
        if value in arguments:
            return value
        raise InputError(f"found {where} = {value!r}; expected one of {', '.join(map(str, arguments))}")
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if origin is tuple and isinstance(value, list | tuple):
        kinds = [arguments[0]] * len(value) if arguments[-1] is ... else list(arguments)
        if len(kinds) == len(value):
            with contextlib.suppress(InputError):  # the message below says it of the whole
                return tuple(_checked(*pair, where) for pair in zip(value, kinds, strict=True))
    if type(value) is not hint:
        expected = hint if origin else hint.__name__
        raise InputError(f"found {where} = {value!r}; expected a value of type {expected}")
    return value
