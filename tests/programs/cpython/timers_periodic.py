# A callback that makes its own next timer ticks; one that adds to the due time does not drift.
import asyncio

loop = asyncio.new_event_loop()
start = loop.time()
ticks = 0


def tick(when):
    global ticks
    print("tick", ticks, "not early:", loop.time() >= when)
    ticks += 1
    if ticks < 5:
        loop.call_at(when + 0.02, tick, when + 0.02)
    else:
        print("due at", round(when - start, 2))
        loop.stop()


loop.call_at(start, tick, start)
loop.run_forever()
loop.close()
