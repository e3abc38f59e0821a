"""A lock belongs to the loop that was there when it was made up to 3.9; later to the one in which it is first waited for."""
import asyncio

first = asyncio.new_event_loop()
asyncio.set_event_loop(first)
lock = asyncio.Lock()
second = asyncio.new_event_loop()
asyncio.set_event_loop(second)


async def hold():
    async with lock:
        await asyncio.sleep(0.01)
        return 'held'


async def main():
    results = await asyncio.gather(hold(), hold(), return_exceptions=True)
    print(sorted(type(result).__name__ for result in results))


second.run_until_complete(main())
first.close()
second.close()
