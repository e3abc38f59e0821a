# A task may swallow the request and go on; then it is not cancelled, but the request is counted.
import asyncio


async def stubborn():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("swallowed")
    print("cancelling:", asyncio.current_task().cancelling())
    await asyncio.sleep(0)
    print("went on;", "uncancel:", asyncio.current_task().uncancel())
    return "value"


async def main():
    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    task.cancel()
    print(await task, task.cancelled(), task.cancelling())


asyncio.run(main())
