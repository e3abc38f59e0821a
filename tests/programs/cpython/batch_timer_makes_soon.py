# A timer's callback is an ordinary member of the batch; what it registers waits like all else.
import asyncio

loop = asyncio.new_event_loop()


def at_once(name):
    print("timer", name)
    loop.call_soon(print, "soon from", name)
    loop.call_later(0, print, "timer from", name)


loop.call_later(-2, at_once, "first")
loop.call_later(-1, at_once, "second")
loop.call_soon(print, "soon")
loop.call_later(0.02, loop.stop)
loop.run_forever()
loop.close()
