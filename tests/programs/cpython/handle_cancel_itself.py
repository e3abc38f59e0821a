# A callback may cancel its own handle: it is running already, so nothing changes.
import asyncio

loop = asyncio.new_event_loop()


def itself():
    handle.cancel()
    print("still here;", "cancelled:", handle.cancelled())


handle = loop.call_soon(itself)
timer = loop.call_later(0, lambda: (timer.cancel(), print("the timer too")))
loop.call_later(0.005, loop.stop)
loop.run_forever()
loop.close()
