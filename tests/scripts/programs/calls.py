"""Callbacks, timers of which two are due at the same time, and a handler that is told of a mistake."""
import asyncio


def water(loop):
    print("water")
    loop.call_soon(refill)


def refill():
    print("refill")


def spill():
    raise ValueError("the can is empty")


loop = asyncio.new_event_loop()
loop.call_soon(water, loop)
loop.call_soon(spill)
for number in range(3):
    loop.call_at(1.0 if number else 0.5, print, number)
cancelled = loop.call_later(3, print, "never")
loop.call_later(2, cancelled.cancel)
loop.call_later(4, loop.stop)
loop.run_forever()
loop.close()
