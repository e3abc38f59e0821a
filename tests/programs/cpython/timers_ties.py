# Timers due at exactly the same time: the order is the heap's. It is fixed, but not first come.
import asyncio

for count in range(2, 11):
    loop = asyncio.new_event_loop()
    order = []
    when = loop.time() + 0.005
    for number in range(count):
        loop.call_at(when, order.append, number)
    loop.call_at(when + 0.001, loop.stop)
    loop.run_forever()
    loop.close()
    print(count, order)
