"""The API of Leibniz's XTTS service: `/api/v1/synthesize` and the socket `/api/v1/stream`."""
