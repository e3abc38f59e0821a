# A ThreadSafeFlag can be set from outside the loop: here by a scheduled callback.
import asyncio
import micropython


def callback(flag):
    print("callback")
    flag.set()


async def main():
    flag = asyncio.ThreadSafeFlag()
    for number in range(2):
        micropython.schedule(callback, flag)
        await flag.wait()
        print("woken", number)


asyncio.run(main())
