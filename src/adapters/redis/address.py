"""How a Redis is spoken to from here: plain, without its library's own retries."""

from redis.asyncio import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

AWAY = (RedisError, OSError)
"""Raised where a Redis does not answer as it should; a time that ran out is an `OSError`."""

_LONGEST_ANSWER_S = 1.0


def client(url: str, most_connections: int = 128) -> Redis:
    """Return a client that has dialled nothing yet, and that tries once: who asks knows better."""
    return Redis.from_url(
        url,
        protocol=2,
        retry=Retry(NoBackoff(), 0),
        socket_timeout=_LONGEST_ANSWER_S,
        socket_connect_timeout=_LONGEST_ANSWER_S,
        max_connections=most_connections,
        driver_info=None,
    )
