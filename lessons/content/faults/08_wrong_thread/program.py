# A thread measures, and what it measures comes too late.
import asyncio
import threading
import time


def arrive(value):
    print("arrived:", value)


def measure():
    time.sleep(0.2)
    loop.call_soon(arrive, "cold")
    time.sleep(0.2)
    loop.call_soon_threadsafe(arrive, "warm")
    time.sleep(0.2)
    loop.call_soon_threadsafe(loop.stop)


loop = asyncio.new_event_loop()
thread = threading.Thread(target=measure)
loop.call_soon(thread.start)
loop.run_forever()
thread.join()
loop.close()
