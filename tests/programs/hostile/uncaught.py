# An exception that nobody catches, outside the loop: a traceback and code 1.
# ends: code 1
import asyncio

loop = asyncio.new_event_loop()
loop.call_soon(print, "a turn")
loop.call_soon(loop.stop)
loop.run_forever()
raise ValueError("nobody catches this")
