# A signal wakes the poll; its handler runs in the turn after the one that noticed it.
import asyncio
import os
import signal

loop = asyncio.new_event_loop()


def link(number):
    print(number)
    if number == 2:
        os.kill(os.getpid(), signal.SIGUSR1)
    if number < 5:
        loop.call_soon(link, number + 1)
    else:
        loop.stop()


loop.add_signal_handler(signal.SIGUSR1, print, "SIG")
loop.call_soon(link, 1)
loop.run_forever()
print(loop.remove_signal_handler(signal.SIGUSR1), loop.remove_signal_handler(signal.SIGUSR1))
loop.close()
