"""The house's own API."""
