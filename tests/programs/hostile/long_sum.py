# One call into native code that takes minutes: an interrupt between two lines never comes.
# ends: never
import asyncio

loop = asyncio.new_event_loop()
loop.call_soon(lambda: print("summing", flush=True))
loop.call_soon(lambda: print(sum(range(10**11))))
loop.run_forever()
