# call_soon_threadsafe wakes a loop that sleeps without limit, and may stop it.
import asyncio
import threading
import time

loop = asyncio.new_event_loop()


def work():
    time.sleep(0.02)
    loop.call_soon_threadsafe(print, "woken")
    loop.call_soon_threadsafe(loop.stop)


thread = threading.Thread(target=work)
thread.start()
loop.run_forever()
thread.join()
print("stopped")
loop.close()
