# os._exit in a callback: the process is gone at once, without any tidying up.
# ends: code 3
import asyncio
import os

loop = asyncio.new_event_loop()
loop.call_soon(lambda: print("leaving", flush=True))
loop.call_soon(os._exit, 3)
loop.call_soon(print, "never")
loop.run_forever()
