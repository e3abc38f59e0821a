# The postman rings, and the letter is still on the doorstep in the evening.
import asyncio


async def postman(bell):
    await asyncio.sleep(1)
    print("postman: ring")
    bell.set()
    bell.clear()


async def resident(bell):
    print("resident: in the garden")
    await asyncio.sleep(2)
    print("resident: waiting for the bell")
    try:
        async with asyncio.timeout(8):
            await bell.wait()
        print("resident: a letter")
    except TimeoutError:
        print("resident: no letter today")


async def main():
    bell = asyncio.Event()
    await asyncio.gather(postman(bell), resident(bell))


asyncio.run(main())
