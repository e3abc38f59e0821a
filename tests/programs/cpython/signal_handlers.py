# Signal handlers: replacing, removing, and what is refused.
import asyncio
import os
import signal

loop = asyncio.new_event_loop()
loop.add_signal_handler(signal.SIGUSR1, print, "first handler")
loop.add_signal_handler(signal.SIGUSR1, print, "second handler")
loop.add_signal_handler(signal.SIGUSR2, lambda: (print("and stop"), loop.stop()))
loop.call_soon(os.kill, os.getpid(), signal.SIGUSR1)
loop.call_later(0.01, os.kill, os.getpid(), signal.SIGUSR2)
loop.run_forever()
for number in (signal.SIGKILL, 999, "text"):
    try:
        loop.add_signal_handler(number, print)
    except (RuntimeError, ValueError, TypeError) as error:
        print(type(error).__name__, error)
print(loop.remove_signal_handler(signal.SIGUSR1), loop.remove_signal_handler(signal.SIGHUP))
loop.close()
print(signal.getsignal(signal.SIGUSR2) == signal.SIG_DFL)
