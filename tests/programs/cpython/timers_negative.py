# A negative delay is a due time in the past: due now, and the longest overdue runs first.
import asyncio

loop = asyncio.new_event_loop()
for delay in (-1, -3, 0, -2, -0.5):
    loop.call_later(delay, print, "delay", delay)
loop.call_at(loop.time() - 10, print, "ten seconds ago")
loop.call_soon(print, "soon")
loop.call_later(0.01, loop.stop)
loop.run_forever()
loop.close()
