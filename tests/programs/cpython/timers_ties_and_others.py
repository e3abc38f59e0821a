# Ties among other timers: any timer that passes through the heap changes the order of the ties.
import asyncio

for early in range(4):
    loop = asyncio.new_event_loop()
    order = []
    now = loop.time()
    for number in range(early):
        loop.call_at(now - number, order.append, f"early{number}")
    for number in range(7):
        loop.call_at(now + 0.004, order.append, number)
    loop.call_at(now + 0.008, loop.stop)
    loop.run_forever()
    loop.close()
    print(order)
