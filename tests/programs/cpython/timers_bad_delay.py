# What a timer refuses, and what it accepts although it looks odd.
import asyncio

loop = asyncio.new_event_loop()
for attempt in (
    lambda: loop.call_later(None, print),
    lambda: loop.call_at(None, print),
    lambda: loop.call_later("1", print),
):
    try:
        attempt()
    except TypeError as error:
        print(type(error).__name__)
print(round(loop.call_later(True, print).when() - loop.time()))
print(loop.call_later(10 * 86400, print).cancelled())
loop.close()
