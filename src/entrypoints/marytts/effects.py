"""MaryTTS's effects on a voice: those that have their like here, and a remark for the others."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from domain.errors import InputError
from domain.speech import RANGES, check_range

_PREFIX, _SWITCH, _VALUES = "effect_", "_selected", "_parameters"
_NUMBER = re.compile(r"^\s*(\w+)\s*:\s*([0-9]*\.?[0-9]+)\s*;?\s*$")
_LOUDEST = 10.0


@dataclass(frozen=True, slots=True)
class Effects:
    """What is done to a voice, and which effects there are none of here."""

    volume: float = 1.0
    speed: float = 1.0
    remarks: tuple[str, ...] = ()


def effects_of(fields: Mapping[str, str]) -> Effects:
    """Read `effect_NAME_selected` with `effect_NAME_parameters`, or plain `effect_NAME`."""
    volume, speed, remarks = 1.0, 1.0, []
    for name, values in _selected(fields).items():
        if name == "Volume":
            volume = _number(name, values, "amount", 1.0)
            check_range("effect_Volume", volume, (0.0, _LOUDEST))
        elif name == "Rate":
            longer = _number(name, values, "durScale", 1.0)
            speed = 1 / longer if longer else float("inf")
            check_range("effect_Rate's speed", speed, RANGES["speed"])
        else:
            remarks.append(f"the effect {name[:40]!r} is not known here and was passed over")
    return Effects(volume, speed, tuple(remarks))


def _selected(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters of every effect that is switched on."""
    found = {}
    for field, value in fields.items():
        if not field.startswith(_PREFIX) or field.endswith((_VALUES, "_default", "_help")):
            continue
        name = field.removeprefix(_PREFIX).removesuffix(_SWITCH)
        if value.strip().lower() == "on":
            found[name] = fields.get(f"{_PREFIX}{name}{_VALUES}", "")
        elif not field.endswith(_SWITCH) and value.strip():
            found[name] = value
    return found


def _number(effect: str, values: str, wanted: str, otherwise: float) -> float:
    if not values.strip():
        return otherwise
    match = _NUMBER.match(values)
    if match is None or match[1] != wanted:
        msg = f"The effect {effect} is wrong: send its parameters as {wanted}:{otherwise};"
        raise InputError(msg)
    return float(match[2])
