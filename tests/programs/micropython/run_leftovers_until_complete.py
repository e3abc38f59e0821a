# run_until_complete() has no teardown: what is left stays queued and goes on in the next run.
import asyncio


async def worker():
    for step in range(4):
        print("worker", step)
        await asyncio.sleep_ms(60)
    print("worker done")


async def first():
    asyncio.create_task(worker())
    await asyncio.sleep_ms(150)
    return "first"


async def second():
    await asyncio.sleep_ms(210)
    return "second"


loop = asyncio.get_event_loop()
print(loop.run_until_complete(first()))
print("between")
print(loop.run_until_complete(second()))
