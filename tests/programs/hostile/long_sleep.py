# time.sleep for a thousand seconds: nothing under the virtual clock, very long under the real one.
# ends: code 0 under a virtual clock, never under a real one
import asyncio
import time

loop = asyncio.new_event_loop()
loop.call_soon(print, "before")
loop.call_soon(time.sleep, 1000)
loop.call_soon(print, "after")
loop.call_soon(loop.stop)
loop.run_forever()
