# Timers run by due time, not by the order in which they were made.
import asyncio

loop = asyncio.new_event_loop()
start = loop.time()


def tell(name, due):
    print(name, "in its time:", loop.time() - start >= due)


loop.call_later(0.3, tell, "three", 0.3)
loop.call_later(0.1, tell, "one", 0.1)
loop.call_at(start + 0.2, tell, "two", 0.2)
loop.call_later(0.35, loop.stop)
loop.run_forever()
loop.close()
