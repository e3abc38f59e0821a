# A clock is to strike every second. The fifth stroke is 0.8 seconds late.
import asyncio
import time


def strike(number):
    print(f"{number} at {loop.time() - start:.1f}")
    if number == 5:
        loop.stop()
        return
    time.sleep(0.2)
    loop.call_later(1, strike, number + 1)


loop = asyncio.new_event_loop()
start = loop.time()
loop.call_at(start + 1, strike, 1)
loop.run_forever()
loop.close()
