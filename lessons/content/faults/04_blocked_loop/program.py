# A heart beats ten times a second. Sometimes it misses a beat.
import asyncio
import time


async def heart():
    for beat in range(8):
        print("beat", beat)
        await asyncio.sleep(0.1)


async def read():
    await asyncio.sleep(0.12)
    print("read: a line")
    await asyncio.sleep(0.2)
    print("read: another line")


async def pack():
    await asyncio.sleep(0.25)
    time.sleep(0.35)
    print("pack: packed")


async def main():
    await asyncio.gather(heart(), read(), pack())


asyncio.run(main())
