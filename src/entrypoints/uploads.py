"""Clips that come with a form: read whole, and no further than is allowed."""

from litestar.datastructures import UploadFile

from domain.errors import ClipTooLargeError, InputError

FORM_BYTES = 2**16
"""Room for the fields beside the clips."""


async def upload(field: object, name: str, limit_bytes: int) -> bytes:
    """Return the bytes of a form's file; `name` is the field that is to hold one."""
    if not isinstance(field, UploadFile):
        msg = f"There is no clip: send a recording as the multipart file {name!r}."
        raise InputError(msg)
    return await read(field, limit_bytes)


async def read(file: UploadFile, limit_bytes: int) -> bytes:
    """Return the bytes of a file."""
    data = await file.read(limit_bytes + 1)
    if len(data) > limit_bytes:
        raise ClipTooLargeError(limit_bytes)
    return data
