# Generators as coroutines: sleeps, tasks and events waited for by `yield from`.
import asyncio


async def child():
    await asyncio.sleep_ms(1)
    return 7


def old_style():
    print((yield from asyncio.sleep_ms(1)))
    task = asyncio.create_task(child())
    print((yield from task), task.done())
    event = asyncio.Event()
    event.set()
    print((yield from event.wait()))
    print((yield from asyncio.gather(child(), child())))
    return "old style result"


print(asyncio.run(old_style()))
