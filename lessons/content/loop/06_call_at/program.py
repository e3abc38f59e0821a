# Two clocks strike: one asks for "in a second", the other one for a time.
import asyncio
import time


def relative(start):
    print(f"relative at {loop.time() - start:.1f}")
    time.sleep(0.3)
    loop.call_later(1, relative, start)


def absolute(start, number):
    print(f"absolute at {loop.time() - start:.1f}")
    time.sleep(0.3)
    loop.call_at(start + number + 1, absolute, start, number + 1)


loop = asyncio.new_event_loop()
start = loop.time()
loop.call_at(start + 1, absolute, start, 1)
loop.call_at(start + 1.5, relative, start)
loop.call_at(start + 4.7, loop.stop)
loop.run_forever()
loop.close()
