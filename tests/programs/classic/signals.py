# Handlers for SIGINT and SIGTERM, made with functools.partial; the program signals itself.
import asyncio
import functools
import os
import signal

loop = asyncio.get_event_loop()
seen = []


def arrived(name, *, leave):
    seen.append(name)
    print("Received", name)
    if leave:
        loop.stop()
    else:
        os.kill(os.getpid(), signal.SIGTERM)


for name, leave in (("SIGINT", False), ("SIGTERM", True)):
    loop.add_signal_handler(getattr(signal, name), functools.partial(arrived, name, leave=leave))

loop.call_later(0.01, os.kill, os.getpid(), signal.SIGINT)
try:
    loop.run_forever()
finally:
    loop.close()
print("Seen in all:", len(seen))
