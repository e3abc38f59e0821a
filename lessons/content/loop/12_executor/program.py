# A function waits at the door, in a thread. The loop lays the table meanwhile.
import asyncio
import threading
import time

bell = threading.Event()


def wait_for_guest():
    bell.wait()
    time.sleep(0.5)
    return "Cleo"


def lay(plate):
    print("lay plate", plate)
    if plate < 3:
        loop.call_soon(lay, plate + 1)
    else:
        bell.set()
        print("the bell has rung")


loop = asyncio.new_event_loop()
guest = loop.run_in_executor(None, wait_for_guest)
loop.call_soon(lay, 1)
print("come in,", loop.run_until_complete(guest))
loop.close()
