# A clock that prints the date and time once a second for five seconds, by call_later.
import asyncio
import datetime


def tick(loop, last):
    print(datetime.datetime.now())
    if loop.time() + 1.0 < last:
        loop.call_later(1, tick, loop, last)
    else:
        loop.stop()


loop = asyncio.get_event_loop()
loop.call_soon(tick, loop, loop.time() + 5.0)
loop.run_forever()
loop.close()
