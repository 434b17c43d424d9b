from collections.abc import AsyncIterator

import pytest

from adapters.ffmpeg.studio import FfmpegStudio


@pytest.fixture
async def studio() -> AsyncIterator[FfmpegStudio]:
    async with FfmpegStudio(longest_clip_s=3.0) as entered:
        yield entered
