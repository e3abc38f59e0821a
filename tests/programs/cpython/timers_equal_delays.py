# Equal delays are not ties: each call_later reads the clock, so they keep their order.
import asyncio

loop = asyncio.new_event_loop()
for number in range(6):
    loop.call_later(0.01, print, "timer", number)
loop.call_later(0.03, loop.stop)
loop.run_forever()
loop.close()
