# A timer's handle tells when it is due, and two of them compare by that time.
import asyncio

loop = asyncio.new_event_loop()
now = loop.time()
first = loop.call_at(now + 1, print, "first")
second = loop.call_at(now + 2, print, "second")
later = loop.call_later(3, print, "later")
print(first.when() == now + 1, second.when() > first.when(), first < second, first == first)
print(3 <= later.when() - now < 4)
print(first.cancelled(), isinstance(first, asyncio.Handle), isinstance(first, asyncio.TimerHandle))
soon = loop.call_soon(print, "soon")
print(isinstance(soon, asyncio.Handle), isinstance(soon, asyncio.TimerHandle))
first.cancel()
print(first.cancelled(), first.when() == now + 1)
loop.close()
