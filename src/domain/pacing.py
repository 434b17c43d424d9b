"""Pacing: sound is sent as a listener plays it, a fixed time before it is needed."""


class Pacer:
    """Holds the lead, which is the sound sent minus the time since the first of it.

    A listener who ran dry plays on with the next sound: the lead begins anew from nothing.
    """

    def __init__(self, target_s: float) -> None:
        self._target_s = target_s
        self._dry_at_s: float | None = None

    def lead_s(self, now_s: float) -> float:
        """Return how much sound the listener has left."""
        return 0.0 if self._dry_at_s is None else max(0.0, self._dry_at_s - now_s)

    def due_s(self, now_s: float) -> float:
        """Return when the next sound is to be sent: at once, where the lead is not above target."""
        return now_s + max(0.0, self.lead_s(now_s) - self._target_s)

    def sent(self, seconds: float, now_s: float) -> None:
        """Note that so much sound goes out at this moment."""
        self._dry_at_s = now_s + self.lead_s(now_s) + seconds
