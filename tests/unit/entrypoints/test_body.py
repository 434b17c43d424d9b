from urllib.parse import urlencode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InputError
from entrypoints.body import MalformedBodyError, decode, decode_fields, form_fields


class Asked(msgspec.Struct):
    Text: str
    speed: float = 1.0
    loud: bool = False
    top: int | None = None


def test_fields_are_read_as_what_they_stand_for() -> None:
    asked = decode_fields(
        {"Text": "7", "speed": "2", "loud": "true", "top": "", "more": "x"}, Asked
    )
    assert asked == Asked("7", 2.0, loud=True, top=None)


def test_json_that_is_nested_without_end_is_the_senders_fault() -> None:
    deep = "[" * 30_000 + "]" * 30_000
    with pytest.raises(MalformedBodyError, match="not JSON"):
        decode(f'{{"Text": "a", "more": {deep}}}', Asked)


def test_a_wrong_field_is_named_as_it_is_written() -> None:
    with pytest.raises(InputError, match="The field 'speed' is wrong: expected `float`"):
        decode_fields({"Text": "a", "speed": "fast"}, Asked)
    with pytest.raises(InputError, match=r"The field .Text. is missing"):
        decode_fields({"Text": ""}, Asked)


def test_a_form_is_read_as_utf_8_and_its_first_value_counts() -> None:
    assert form_fields("a=1&a=2&b=gr%C3%BCn+und+wei\u00df&c=".encode()) == {
        "a": "1",
        "b": "grün und weiß",
        "c": "",
    }


@pytest.mark.parametrize("body", [b"\xff=1", b"&".join(b"a=1" for _ in range(101))])
def test_what_is_no_form_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedBodyError, match="no form"):
        form_fields(body)


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=8), max_size=8))
def test_every_form_comes_back_as_it_was_sent(fields: dict[str, str]) -> None:
    assert form_fields(urlencode(fields).encode()) == fields
