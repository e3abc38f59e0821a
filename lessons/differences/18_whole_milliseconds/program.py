# Two sleeps that differ by less than a millisecond.
import asyncio


async def sleeper(name, seconds):
    await asyncio.sleep(seconds)
    print(name)


async def main():
    await asyncio.gather(sleeper("20.9 ms, asked first", 0.0209), sleeper("20.1 ms", 0.0201))


asyncio.run(main())
