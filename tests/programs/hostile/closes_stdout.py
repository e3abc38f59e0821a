# The program closes its standard output and works on.
# ends: code 0
import asyncio
import sys

loop = asyncio.new_event_loop()
loop.call_soon(lambda: print("the last words", flush=True))
loop.call_soon(sys.stdout.close)
loop.call_soon(lambda: print("still working", file=sys.stderr))
loop.call_soon(loop.stop)
loop.run_forever()
