# return_exceptions=True collects exceptions, a cancelled child's too, in place of results.
import asyncio


async def good():
    return "good"


async def bad():
    raise KeyError("bad")


async def forever():
    await asyncio.Event().wait()


async def main():
    task = asyncio.create_task(forever())
    asyncio.get_running_loop().call_soon(task.cancel)
    for result in await asyncio.gather(good(), bad(), task, good(), return_exceptions=True):
        print(type(result).__name__)


asyncio.run(main())
