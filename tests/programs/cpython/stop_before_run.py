# stop() before run_forever: one pass over what is ready and due, then the run is over.
import asyncio

loop = asyncio.new_event_loop()


def first():
    print("first")
    loop.call_soon(print, "registered by first")


loop.call_soon(first)
loop.call_soon(print, "second")
loop.call_later(-1, print, "a timer that is due")
loop.call_later(0.05, print, "a timer that is not")
loop.stop()
print("run 1")
loop.run_forever()
print("run 2")
loop.call_later(0.1, loop.stop)
loop.run_forever()
loop.close()
