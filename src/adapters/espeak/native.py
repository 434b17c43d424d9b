"""libespeak-ng as ctypes sees it: its structures, its constants, and how they are read."""

import ctypes
from ctypes import POINTER, c_char_p, c_int, c_short, c_uint, c_void_p
from typing import Any, NamedTuple

SYNCHRONOUS = 2
NEVER_EXIT = 0x8000
UTF8 = 1
PHONEME_INPUT = 0x100
IPA = 2
SEPARATED = ord("_") << 8
RATE, PITCH, RANGE = 1, 3, 4
PHONEME_EVENTS = 1
WORD, CLAUSE_END, PHONEME = 1, 5, 7


class Mark(NamedTuple):
    """A word or a phoneme that begins, or a clause that ends, at a sample; `char` counts from 1."""

    kind: int
    char: int
    length: int
    sample: int


class EventRecord(ctypes.Structure):
    """`espeak_EVENT`."""

    _fields_ = (
        ("type", c_int),
        ("unique_identifier", c_uint),
        ("text_position", c_int),
        ("length", c_int),
        ("audio_position", c_int),
        ("sample", c_int),
        ("user_data", c_void_p),
        ("id", ctypes.c_char * 8),
    )


SynthCallback = ctypes.CFUNCTYPE(c_int, POINTER(c_short), c_int, POINTER(EventRecord))


def declare(lib: ctypes.CDLL) -> ctypes.CDLL:
    """Tell ctypes what the functions we call return, where it is not an int."""
    lib.espeak_Info.restype = c_char_p
    lib.espeak_TextToPhonemes.restype = c_char_p
    lib.espeak_ng_SetRandSeed.argtypes = (ctypes.c_long,)
    return lib


def marks(events: Any) -> list[Mark]:
    """The words, phonemes and clause ends in a list of events, which type 0 ends."""
    found = []
    index = 0
    while kind := events[index].type:
        if kind in {WORD, CLAUSE_END, PHONEME}:
            event = events[index]
            found.append(Mark(kind, event.text_position, event.length, event.sample))
        index += 1
    return found
