"""Keys as an `Authorization` header, or a field that stands for one, says them."""

_SCHEMES = frozenset({"bearer", "token"})


def bearer_key(header: str | None) -> str | None:
    """Return the key behind its scheme; another scheme brings none."""
    scheme, _, key = (header or "").strip().partition(" ")
    return (key.strip() or None) if scheme.lower() in _SCHEMES else None


def bare_key(header: str | None) -> str | None:
    """Return the key, with its scheme or without."""
    told = (header or "").strip()
    return bearer_key(told) if told.partition(" ")[0].lower() in _SCHEMES else told or None
