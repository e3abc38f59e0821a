"""Start, run a main that has nothing to do, end: what every program with asyncio.run() pays."""
import asyncio


async def main():
    pass


asyncio.run(main())
