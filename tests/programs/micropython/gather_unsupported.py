# One task cannot have two: gather of a task that is awaited, or gathered, and awaiting one gathered.
import asyncio


async def child(ms):
    await asyncio.sleep_ms(ms)
    return ms


async def awaits(task):
    return await task


async def gathers(task):
    return await asyncio.gather(task)


async def attempt(what, awaitable):
    try:
        print(what, await awaitable)
    except RuntimeError as error:
        print(what, "-", error.args[0])


async def main():
    for first, second in ((awaits, gathers), (gathers, gathers), (gathers, awaits)):
        task = asyncio.create_task(child(60))
        holder = asyncio.create_task(first(task))
        await asyncio.sleep_ms(20)
        await attempt("second", second(task))
        print("first", await holder)
    # Last, and with no teardown: a real task that a failed gather has touched must not end any more.
    task = asyncio.create_task(child(10_000))
    await attempt("twice in one gather", asyncio.gather(task, task))


asyncio.get_event_loop().run_until_complete(main())
