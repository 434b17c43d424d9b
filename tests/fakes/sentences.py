"""A splitter that knows three marks and nothing else."""

import re

from typing_extensions import override

from domain.ports import SentenceSplitter


class FullStopSplitter(SentenceSplitter):
    @override
    def split(self, text: str, language: str) -> list[str]:
        return re.findall(r".*?[.!?。]+\s*|.+", text, re.DOTALL)
