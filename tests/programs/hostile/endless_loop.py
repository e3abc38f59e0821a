# A callback that never returns. The loop gets nothing else done, and only an interrupt ends it.
# ends: never
import asyncio


def spin():
    print("spinning", flush=True)
    while True:
        pass


loop = asyncio.new_event_loop()
loop.call_soon(print, "before")
loop.call_soon(spin)
loop.call_soon(print, "never")
loop.run_forever()
