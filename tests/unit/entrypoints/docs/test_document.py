"""The document tells of every route: what it takes, answers and refuses, each with an example."""

from collections.abc import Iterator
from typing import Any

import pytest

from entrypoints.app import application
from entrypoints.container import Container
from entrypoints.docs.document import document
from entrypoints.settings import Settings

Operations = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def drawn() -> dict[str, Any]:
    return document(application(Container(settings=Settings())), keys=True)


@pytest.fixture(scope="module")
def operations(drawn: dict[str, Any]) -> Operations:
    return {
        f"{method} {path}": operation
        for path, item in drawn["paths"].items()
        for method, operation in item.items()
    }


def fields(part: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every field of every object of a schema, at whatever depth."""
    if isinstance(part, list):
        for each in part:
            yield from fields(each, where)
    elif isinstance(part, dict):
        for name, field in part.get("properties", {}).items():
            yield f"{where}.{name}", field
            yield from fields(field, f"{where}.{name}")
        for name, each in part.items():
            if name != "properties":
                yield from fields(each, where)


def contents(operation: dict[str, Any], drawn: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from operation.get("requestBody", {}).get("content", {}).values()
    for response in operation["responses"].values():
        found = resolved(response, drawn)
        yield from found.get("content", {}).values()


def resolved(response: dict[str, Any], drawn: dict[str, Any]) -> dict[str, Any]:
    name = response.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = drawn["components"]["responses"][name] if name else response
    return found


def test_every_operation_says_what_it_does(operations: Operations) -> None:
    assert len(operations) > 70
    assert [name for name, each in operations.items() if not each["summary"]] == []
    assert len({each["operationId"] for each in operations.values()}) == len(operations)


def test_every_operation_belongs_to_a_dialect_that_is_told_of(
    drawn: dict[str, Any], operations: Operations
) -> None:
    tags = {each["name"] for each in drawn["tags"] if each["description"]}
    assert {tag for each in operations.values() for tag in each["tags"]} == tags


def test_every_parameter_and_field_says_what_it_means(
    drawn: dict[str, Any], operations: Operations
) -> None:
    silent = [
        where
        for name, operation in operations.items()
        for content in contents(operation, drawn)
        for where, field in fields(content["schema"], name)
        if not field.get("description")
    ]
    silent += [
        f"{name} {parameter['name']}"
        for name, operation in operations.items()
        for parameter in operation["parameters"]
        if not parameter["description"]
    ]
    assert silent == []


def test_whoever_takes_a_body_shows_one(operations: Operations) -> None:
    writing = {
        name: each
        for name, each in operations.items()
        if name.split()[0] in {"post", "put", "patch"}
    }
    without = [name for name, each in writing.items() if "requestBody" not in each]
    steps = [f"post /api/v1/jobs/{{job_id}}/{step}" for step in ("cancel", "pause", "resume")]
    assert sorted(without) == [*steps, "post /cache/clear"]
    for name in writing.keys() - set(without):
        for content in writing[name]["requestBody"]["content"].values():
            known = content["schema"].get("properties", {})
            example = content["example"]
            assert isinstance(example, str) or set(example) <= set(known), name


def test_every_refusal_has_an_example_in_its_dialect(
    drawn: dict[str, Any], operations: Operations
) -> None:
    for name, operation in operations.items():
        assert "500" in operation["responses"], name
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                found = resolved(response, drawn)
                assert found["description"], (name, status)
                (content,) = found["content"].values()
                assert "examples" in content or "example" in content, (name, status)


def test_one_error_looks_as_each_dialect_has_it(
    drawn: dict[str, Any], operations: Operations
) -> None:
    def busy(name: str, status: str) -> Any:
        found = resolved(operations[name]["responses"][status], drawn)
        (content,) = found["content"].values()
        assert "Retry-After" in found["headers"]
        return content["examples"]["engine-busy"]["value"]

    assert busy("post /api/v1/speech", "503")["type"] == "/problems/engine-busy"
    assert busy("post /v1/audio/speech", "503")["error"]["code"] == "engine_busy"
    eleven = busy("post /v1/text-to-speech/{voice_id}", "429")
    assert eleven["detail"]["status"] == "system_busy"
    assert busy("post /process", "503").endswith("seconds.\n")


def test_keys_are_asked_for_only_where_they_open_a_door(operations: Operations) -> None:
    assert "security" in operations["post /api/v1/speech"]
    assert "security" not in operations["get /health"]
    open_house = document(application(Container(settings=Settings())), keys=False)
    assert "securitySchemes" not in open_house["components"]
    assert "security" not in open_house["paths"]["/api/v1/speech"]["post"]


def test_the_document_is_the_same_whoever_asks_for_it(drawn: dict[str, Any]) -> None:
    assert document(application(Container(settings=Settings())), keys=True) == drawn
