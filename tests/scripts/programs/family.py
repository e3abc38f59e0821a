"""A gather of three, one of which fails, and a task that is cancelled."""
import asyncio


async def good(seconds):
    await asyncio.sleep(seconds)
    return seconds * 2


async def bad():
    await asyncio.sleep(1)
    raise ValueError("boom")


async def lasting():
    await asyncio.sleep(100)


async def main():
    waits = asyncio.create_task(lasting(), name="lasting")
    try:
        await asyncio.gather(good(2), bad(), good(3))
    except ValueError as error:
        print("caught", error)
    waits.cancel()
    await asyncio.wait([waits])


asyncio.run(main())
