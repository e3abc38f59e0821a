# Each callback registers two: the ready queue doubles every turn.
# ends: never by itself
import asyncio

loop = asyncio.new_event_loop()


def split():
    loop.call_soon(split)
    loop.call_soon(split)


print("splitting", flush=True)
loop.call_soon(split)
loop.run_forever()
