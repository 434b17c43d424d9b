"""What clients of coqui's own servers call: `GET /api/tts` and `/studio_speakers`."""
