# The program sends a signal to itself, from the middle of a callback.
import asyncio
import os
import signal


def ring():
    print("ring the bell")
    os.kill(os.getpid(), signal.SIGUSR1)
    print("the bell has rung")


def knit():
    print("knit on")


def answer():
    print("open the door")
    loop.remove_signal_handler(signal.SIGUSR1)
    loop.stop()


loop = asyncio.new_event_loop()
loop.add_signal_handler(signal.SIGUSR1, answer)
loop.call_soon(ring)
loop.call_soon(knit)
loop.run_forever()
loop.close()
