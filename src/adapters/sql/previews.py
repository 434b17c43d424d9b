"""How saved voices sound: one line of each."""

from collections.abc import Sequence

from sqlalchemy import select
from typing_extensions import override

from adapters.sql.database import Database
from adapters.sql.dialects import upsert
from adapters.sql.rows import preview_row, read_preview
from adapters.sql.tables import previews, voices
from adapters.sql.timbres import held_key, of
from domain.ports import PreviewStore
from domain.voice import Clip, Voice, is_voice_id

_PREVIEWS = select(previews).join(voices)
_CHANGES = ("seconds", "rate_hz", "sha256", "flac")


class SqlPreviews(PreviewStore):
    """The previews of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def keep_preview(self, voice: Voice, preview: Clip) -> None:
        async with self._database.writing() as connection:
            key = await held_key(connection, voice)
            if key is None:
                return
            statement = upsert(connection, previews).values(preview_row(key, preview))
            await connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[previews.c.voice_key],
                    set_={name: statement.excluded[name] for name in _CHANGES},
                ),
            )

    @override
    async def preview(self, owner: str, voice_id: str) -> Clip | None:
        if not is_voice_id(voice_id):
            return None
        async with self._database.reading() as connection:
            this = _PREVIEWS.where(of(owner, voice_id))
            row = (await connection.execute(this)).one_or_none()
        return None if row is None else read_preview(voice_id, row)

    @override
    async def previewed(self, owner: str, voice_ids: Sequence[str]) -> frozenset[str]:
        these = [voice_id for voice_id in voice_ids if is_voice_id(voice_id)]
        found = (
            select(voices.c.id)
            .join(previews)
            .where(voices.c.owner == owner, voices.c.id.in_(these))
        )
        async with self._database.reading() as connection:
            return frozenset((await connection.execute(found)).scalars())
