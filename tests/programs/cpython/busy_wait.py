# A callback that waits by looking at the clock blocks the loop, and it ends.
import asyncio

loop = asyncio.new_event_loop()


def busy():
    end = loop.time() + 0.02
    while loop.time() < end:
        pass
    print("busy ends")


loop.call_soon(busy)
loop.call_later(0.005, print, "a timer that was due meanwhile")
loop.call_later(0.001, print, "another one, due before it")
loop.call_soon(print, "soon, in the same batch")
loop.call_later(0.03, loop.stop)
loop.run_forever()
loop.close()
