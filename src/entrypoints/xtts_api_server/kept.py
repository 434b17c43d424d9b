"""The settings that callers of xtts-api-server set once for all they ask for after."""

from collections import OrderedDict

from entrypoints.xtts_api_server.wire import USUAL, TtsSettings

_MOST = 1000


class KeptSettings:
    """Each caller's own: one does not change how another is spoken to. The oldest are forgotten."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._kept: OrderedDict[str, TtsSettings] = OrderedDict()

    def of(self, caller: str) -> TtsSettings:
        """Return the settings in force for a caller."""
        return self._kept.get(caller, USUAL)

    def keep(self, caller: str, settings: TtsSettings) -> None:
        """Let these be in force from now on."""
        self._kept[caller] = settings
        self._kept.move_to_end(caller)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
