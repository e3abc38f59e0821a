# sys.exit in a callback leaves run_forever and the program.
# ends: code 3
import asyncio
import atexit
import sys

loop = asyncio.new_event_loop()
atexit.register(print, "at exit")
loop.call_soon(print, "leaving")
loop.call_soon(sys.exit, 3)
loop.call_soon(print, "never")
try:
    loop.run_forever()
finally:
    print("finally")
