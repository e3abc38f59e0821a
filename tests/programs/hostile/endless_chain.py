# Callbacks that keep each other going: the loop is well, but run_forever never ends.
# ends: never
import asyncio

loop = asyncio.new_event_loop()
count = 0


def again():
    global count
    count += 1
    if count in (1, 10, 100):
        print("link", count, flush=True)
    loop.call_soon(again)


loop.call_soon(again)
loop.run_forever()
