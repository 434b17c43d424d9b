"""Where lines lie in Redis: each under its key for a time, with a ledger that bounds them all.

The ledger is a sorted set of when each line will have had its time, and a hash of how large each
is. Whoever hears a line gives it its whole time again, so what ends first was heard longest ago.
Scripts keep both in step. Where Redis has dropped one of them to make room, it is begun anew, and
lines that it no longer knows still end with their time.
"""

from redis.asyncio import Redis

_A_PAGE = 500

_Given = list[bytes | bytearray | memoryview | str | int | float]

_LEDGER = """
local base, order, sizes = KEYS[1], KEYS[1] .. 'heard', KEYS[1] .. 'bytes'
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local function exact(number) return string.format('%.0f', number) end
local function drop(key)
  redis.call('UNLINK', base .. key)
  redis.call('ZREM', order, key)
  local size = redis.call('HGET', sizes, key)
  if size then
    redis.call('HDEL', sizes, key)
    redis.call('HINCRBY', sizes, 'all', -size)
  end
end
local function tidy()
  local known = redis.call('HLEN', sizes) - redis.call('HEXISTS', sizes, 'all')
  if known ~= redis.call('ZCARD', order) then redis.call('UNLINK', order, sizes) end
  local ended = redis.call('ZRANGEBYSCORE', order, '-inf', exact(now), 'LIMIT', 0, 1000)
  for _, key in ipairs(ended) do
    drop(key)
  end
  return tonumber(redis.call('HGET', sizes, 'all') or 0)
end
"""

# What only notes that a line was heard may fail, as it does where Redis is full or a replica.
_READ = (
    _LEDGER
    + """
local key, ttl, largest = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local size = redis.pcall('STRLEN', base .. key)
if type(size) ~= 'number' or size > largest then
  redis.pcall('UNLINK', base .. key)
  return false
end
if size == 0 then return false end
redis.pcall('PEXPIRE', base .. key, ttl)
redis.pcall('ZADD', order, 'XX', exact(now + ttl * 1000), key)
return redis.call('GET', base .. key)
"""
)

_KEEP = (
    _LEDGER
    + """
local key, ttl, room, line = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local taken = tidy()
if redis.call('HEXISTS', sizes, key) == 1 then
  taken = taken - redis.call('HGET', sizes, key)
  drop(key)
end
while taken + #line > room do
  local oldest = redis.call('ZRANGE', order, 0, 0)[1]
  if not oldest then break end
  taken = taken - redis.call('HGET', sizes, oldest)
  drop(oldest)
end
redis.call('SET', base .. key, line, 'PX', exact(ttl))
redis.call('ZADD', order, exact(now + ttl * 1000), key)
redis.call('HSET', sizes, key, #line)
redis.call('HINCRBY', sizes, 'all', #line)
"""
)

_TOTALS = _LEDGER + "local taken = tidy() return {redis.call('ZCARD', order), taken}"

_DROP = _LEDGER + "drop(ARGV[1])"


class Shelf:
    """Keeps bytes under keys, in at most so many bytes; the errors of the library go through."""

    def __init__(self, redis: Redis, prefix: str, room_bytes: int, ttl_s: float) -> None:
        self._redis = redis
        self._base = f"{prefix}:lines:"
        self._room_bytes = room_bytes
        self._ttl_ms = max(1, round(ttl_s * 1000))
        self._to_read = redis.register_script(_READ)
        self._to_keep = redis.register_script(_KEEP)
        self._to_tell = redis.register_script(_TOTALS)
        self._to_drop = redis.register_script(_DROP)

    async def read(self, key: str, largest_bytes: int) -> bytes | None:
        """Return what is kept; what cannot be ours is dropped."""
        given: _Given = [key, self._ttl_ms, largest_bytes]
        data: bytes | None = await self._to_read(keys=[self._base], args=given)
        return data

    async def keep(self, key: str, data: bytes) -> None:
        """Keep it, in the place of those that were heard longest ago."""
        given: _Given = [key, self._ttl_ms, self._room_bytes, data]
        await self._to_keep(keys=[self._base], args=given)

    async def drop(self, key: str) -> None:
        """Keep it no longer."""
        await self._to_drop(keys=[self._base], args=[key])

    async def totals(self) -> tuple[int, int]:
        """Return how many there are, and how many bytes."""
        entries, size_bytes = await self._to_tell(keys=[self._base], args=[])
        return int(entries), int(size_bytes)

    async def clear(self) -> int:
        """Drop all of ours, and nothing else; return how many lines that were."""
        count, cursor = 0, -1
        while cursor != 0:
            cursor, names = await self._redis.scan(
                max(0, cursor), match=f"{self._base}*", count=_A_PAGE
            )
            if names:
                count += sum(self._is_line(name) for name in names)
                await self._redis.unlink(*names)
        return count

    def _is_line(self, name: bytes | str) -> bool:
        plain = name if isinstance(name, str) else name.decode(errors="replace")
        return plain not in {f"{self._base}heard", f"{self._base}bytes"}
