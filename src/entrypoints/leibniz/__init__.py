"""The plain half of the API of Leibniz's XTTS service: `/api/v1/synthesize`."""
