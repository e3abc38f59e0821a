# All who await one task wake, in the order in which they began to wait, with the same result.
import asyncio


async def child(fails):
    await asyncio.sleep_ms(20)
    if fails:
        raise ValueError("child failed")
    return "result"


async def waits(name, task):
    try:
        print(name, await task)
    except ValueError as error:
        print(name, "caught", error.args[0])


async def main():
    for fails in (False, True):
        task = asyncio.create_task(child(fails))
        waiters = [asyncio.create_task(waits(name, task)) for name in "abc"]
        await waits("main", task)
        for waiter in waiters:
            await waiter


asyncio.get_event_loop().set_exception_handler(lambda loop, context: print("handler"))
asyncio.run(main())
