# All ways of running in one program, with tasks that live through several of them.
import asyncio

loop = asyncio.get_event_loop()


async def worker(name):
    for step in range(3):
        print(name, step)
        await asyncio.sleep_ms(30)


async def stop_after(ms):
    await asyncio.sleep_ms(ms)
    loop.stop()


long = loop.create_task(worker("long"))
loop.run_until_complete(asyncio.wait_for(worker("short"), None))
print(long.done())
asyncio.create_task(stop_after(90))
asyncio.create_task(worker("third"))
loop.run_forever()
asyncio.new_event_loop()
try:
    loop.run_until_complete(asyncio.wait_for_ms(worker("limited"), 45))
except asyncio.TimeoutError:
    print("TimeoutError")
