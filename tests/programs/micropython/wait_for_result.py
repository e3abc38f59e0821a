# wait_for() gives the result of a coroutine or a task, and its exception; None waits without limit.
import asyncio


async def give(value, ms):
    await asyncio.sleep_ms(ms)
    return value


async def fail(ms):
    await asyncio.sleep_ms(ms)
    raise ValueError("failed after", ms)


async def main():
    print(await asyncio.wait_for(give("at once", 0), 1))
    print(await asyncio.wait_for(give("soon", 20), 1))
    print(await asyncio.wait_for_ms(give("in ms", 20), 1000))
    print(await asyncio.wait_for(asyncio.create_task(give("task", 20)), 1))
    print(await asyncio.wait_for(give("no limit", 20), None))
    finished = asyncio.create_task(give("finished", 0))
    await finished
    print(await asyncio.wait_for(finished, 1))
    for limit in (1, None):
        try:
            await asyncio.wait_for(fail(10), limit)
        except ValueError as error:
            print(list(error.args))


asyncio.run(main())
