"""OpenAI's API for speech, as its clients call it."""
