"""When no signal has a handler any more, none wakes the loop by its pipe; one that came still counts."""
import asyncio
import os
import signal


def woken_by():
    fd = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(fd)
    return fd >= 0


async def main():
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, print, 'one')
    loop.add_signal_handler(signal.SIGUSR2, print, 'two')
    print(woken_by())
    print(loop.remove_signal_handler(signal.SIGUSR1), woken_by())
    os.kill(os.getpid(), signal.SIGUSR2)
    await asyncio.sleep(0.05)
    print(loop.remove_signal_handler(signal.SIGUSR2), woken_by())
    print(loop.remove_signal_handler(signal.SIGUSR2))
    loop.add_signal_handler(signal.SIGUSR1, print, 'again')
    loop.add_signal_handler(signal.SIGUSR1, print, 'replaced')
    os.kill(os.getpid(), signal.SIGUSR1)
    await asyncio.sleep(0.05)


asyncio.run(main())
print(woken_by())
