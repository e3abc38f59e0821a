# loop.time() never goes back, follows sleeps, and answers without a running loop.
import asyncio
import time

loop = asyncio.new_event_loop()
first = loop.time()
second = loop.time()
print(second >= first, isinstance(first, float))
time.sleep(0.1)
print("after time.sleep:", 0.1 <= loop.time() - second < 0.6)
start = loop.time(), time.time(), time.monotonic()
loop.run_until_complete(asyncio.sleep(0.2))
for before, now in zip(start, (loop.time(), time.time(), time.monotonic())):
    print("slept", 0.19 < now - before < 0.7)
loop.close()
print(loop.time() >= second)
