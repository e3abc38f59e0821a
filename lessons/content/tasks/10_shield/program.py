# A letter that is on its way must not be called back.
import asyncio


async def deliver():
    print("deliver: on my way")
    await asyncio.sleep(3)
    print("deliver: here is your letter")
    return "a receipt"


async def main():
    delivery = asyncio.create_task(deliver())
    try:
        async with asyncio.timeout(1):
            await asyncio.shield(delivery)
    except TimeoutError:
        print("main: I cannot wait any longer")
    print("main: was it cancelled?", delivery.cancelled())
    print("main:", await delivery)


asyncio.run(main())
