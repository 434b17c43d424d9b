"""The API of MaryTTS, as Home Assistant calls it: `/process`, `/voices` and `/locales`."""
