"""The API of the XTTS streaming servers: `/tts_stream`, `/clone_speaker` and their neighbours."""
