# KeyboardInterrupt leaves the program, as Ctrl-C would.
# ends: code 130
import asyncio

loop = asyncio.new_event_loop()


def interrupt():
    raise KeyboardInterrupt


loop.call_soon(print, "before")
loop.call_soon(interrupt)
loop.run_forever()
