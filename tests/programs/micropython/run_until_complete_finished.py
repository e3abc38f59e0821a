# run_until_complete() of a finished task first runs everything that is queued, to its end.
import asyncio


async def give(value):
    return value


async def worker(name, count):
    for step in range(count):
        print(name, step)
        await asyncio.sleep_ms(10)


loop = asyncio.get_event_loop()
task = loop.create_task(give(2))
print(loop.run_until_complete(task))
loop.create_task(worker("a", 2))
loop.create_task(worker("b", 3))
print(loop.run_until_complete(task))
print("nothing is left")
