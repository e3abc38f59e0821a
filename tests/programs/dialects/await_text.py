"""Awaiting what cannot be awaited is told in other words since 3.14."""
import asyncio


async def main():
    try:
        await 5
    except TypeError as error:
        print(error)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
