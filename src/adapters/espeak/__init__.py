"""The embedded engine: espeak-ng, which needs no model and no GPU."""
