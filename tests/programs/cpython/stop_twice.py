# Two stops in a batch are one stop; a stop is used up by the run that it ends.
import asyncio

loop = asyncio.new_event_loop()
loop.call_soon(loop.stop)
loop.call_soon(loop.stop)
loop.run_forever()
print("first run is over")
loop.call_soon(print, "the second run works")
loop.call_later(0.005, loop.stop)
loop.run_forever()
loop.stop()
loop.stop()
loop.call_soon(print, "one pass")
loop.run_forever()
print("end")
loop.close()
