# timeout() cancels the block at its deadline and turns its own cancellation into TimeoutError.
import asyncio


async def main():
    try:
        async with asyncio.timeout(0.01):
            await asyncio.sleep(10)
            print("never")
    except TimeoutError:
        print("timed out")
    async with asyncio.timeout(10) as scope:
        await asyncio.sleep(0)
    print("in time; expired:", scope.expired())
    async with asyncio.timeout(None) as scope:
        scope.reschedule(asyncio.get_running_loop().time() + 10)
        print("rescheduled:", scope.when() is not None)
    try:
        async with asyncio.timeout(10):
            async with asyncio.timeout(0.01):
                await asyncio.sleep(1)
    except TimeoutError:
        print("the inner one;", "cancelling:", asyncio.current_task().cancelling())
    try:
        async with asyncio.timeout(-1):
            print("an expired block still begins")
            await asyncio.sleep(0)
            print("never")
    except TimeoutError:
        print("expired at its first await")


asyncio.run(main())
