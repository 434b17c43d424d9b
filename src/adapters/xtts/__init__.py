"""XTTS-v2: one model in one child process, and what the server needs to speak with it."""
