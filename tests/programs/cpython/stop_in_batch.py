# stop() in the middle of a batch: the batch runs to its end, new callbacks wait for the next run.
import asyncio

loop = asyncio.new_event_loop()


def stopper():
    print("stop is asked for; running:", loop.is_running())
    loop.stop()
    loop.call_soon(print, "registered after stop")
    loop.call_later(0, print, "timer made after stop")


loop.call_soon(print, "before")
loop.call_soon(stopper)
loop.call_soon(print, "after, in the same batch")
loop.run_forever()
print("stopped; running:", loop.is_running())
loop.call_later(0.005, loop.stop)
loop.run_forever()
loop.close()
