"""The API of Sentiric's XTTS service: `/api/tts` and `/api/tts/clone`."""
