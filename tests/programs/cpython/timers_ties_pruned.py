# With many cancelled timers the heap is rebuilt without them, and that too decides the ties.
import asyncio

loop = asyncio.new_event_loop()
order = []
when = loop.time() + 0.005
timers = [loop.call_at(when, order.append, number) for number in range(130)]
for number, timer in enumerate(timers):
    if number % 8:
        timer.cancel()
loop.call_at(when + 0.005, loop.stop)
loop.run_forever()
loop.close()
print(order)
