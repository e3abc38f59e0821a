# The same ties with no later timer behind them, which changes the heap and so the order.
import asyncio

for count in range(2, 11):
    loop = asyncio.new_event_loop()
    order = []

    def note(number, order=order, count=count, loop=loop):
        order.append(number)
        if len(order) == count:
            loop.stop()

    when = loop.time() + 0.003
    for number in range(count):
        loop.call_at(when, note, number)
    loop.run_forever()
    loop.close()
    print(count, order)
