"""docs/voices-by-name.md, written from the table of well-known names."""

from domain.known_names import USUAL, KnownName

_TOP = """\
# Voices by their well-known names

Written by `python -m entrypoints.cli.settings_page` from `src/domain/known_names.py`.

Clients of OpenAI and ElevenLabs name voices that no other service has, and some have them built in.
Here such a name means a real voice, whatever protocol it comes by:

1. a saved voice of that id, or a built-in speaker of that name, always comes first;
2. then the voice that `voice_names` sets for it;
3. then the first speaker of its row below that the engine has;
4. then the default voice.

Case does not matter. ElevenLabs' names may be written as ids: LiteLLM sends `21m00Tcm4TlvDq8ikWAM`
where its caller said `alloy`. The voices were chosen by their pitch and gender, not to copy anyone:
clone a voice and name it where a sound of your own is wanted.

## Setting them

`voice_names` adds names and overrides the table. These three are the same:

    RHAPSODE_VOICE_NAMES="alloy=ana, narrator=Royston Min"
    RHAPSODE_VOICE_NAMES='{"alloy": "ana", "narrator": "Royston Min"}'
    voice_names: {alloy: ana, narrator: Royston Min}      # in the YAML file

On the right stands a saved voice's id or a speaker's name. Should it be unknown, the log says so
and the name goes on to its row. An ElevenLabs voice can be set by its name or by its id. A name or
voice that holds a comma or `=` is written as JSON.

`GET /v1/audio/voices` lists OpenAI's names and your own, each with the voice behind it.

"""
_HEAD = "| name | XTTS-v2 | embedded engine |\n| --- | --- | --- |\n"
_HEAD_ID = "| name | id | XTTS-v2 | embedded engine |\n| --- | --- | --- | --- |\n"


def markdown() -> str:
    """docs/voices-by-name.md."""
    openai = "".join(_row(known) for known in USUAL if known.service == "openai")
    elevenlabs = "".join(_row(known) for known in USUAL if known.service == "elevenlabs")
    return f"{_TOP}## OpenAI\n\n{_HEAD}{openai}\n## ElevenLabs\n\n{_HEAD_ID}{elevenlabs}"


def _row(known: KnownName) -> str:
    cells = [known.name, *([f"`{known.id}`"] if known.id else []), *known.speakers]
    return f"| {' | '.join(cells)} |\n"
