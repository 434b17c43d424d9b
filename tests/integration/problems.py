"""Problem documents as clients read them."""

from typing import Any


def refused(reply: Any, status: int, kind: str, says: str) -> dict[str, Any]:
    """See a problem document through, and return it."""
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = reply.json()
    # a field that is wrong is a kind of wrong input
    assert told["type"].replace("field-invalid", "input") == f"/problems/{kind}"
    assert told["status"] == status
    assert told["title"]
    assert told["instance"] == f"urn:request:{reply.headers['x-request-id']}"
    assert says in told["detail"]
    return told
