"""The API of xtts-api-server, as SillyTavern calls it from a browser."""
