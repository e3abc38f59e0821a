# Debug mode refuses what is silently accepted without it.
import asyncio

loop = asyncio.new_event_loop()


async def work():
    pass


print(loop.get_debug())
loop.set_debug(True)
print(loop.get_debug())
for name, call in {
    "None": lambda: loop.call_soon(None),
    "coroutine function": lambda: loop.call_soon(work),
    "timer": lambda: loop.call_later(0, None),
}.items():
    try:
        call()
    except TypeError as error:
        print(name, "->", error)
loop.set_debug(False)
loop.call_soon(print, "debug is off")
loop.call_soon(loop.stop)
loop.run_forever()
loop.close()
