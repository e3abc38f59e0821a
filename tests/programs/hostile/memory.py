# Memory without end: MemoryError, or the process is killed; never the whole machine.
# ends: never by itself
import asyncio

loop = asyncio.new_event_loop()
kept = []


def eat():
    kept.append(bytearray(16 * 1024 * 1024))
    loop.call_soon(eat)


print("eating", flush=True)
loop.call_soon(eat)
loop.run_forever()
