# run() returns, and a task is left. Then it runs again.
import asyncio


async def blink():
    for number in range(4):
        print("blink", number)
        await asyncio.sleep_ms(100)


async def first():
    asyncio.create_task(blink())
    await asyncio.sleep_ms(150)
    print("first: done")


async def second():
    await asyncio.sleep_ms(150)
    print("second: done")


asyncio.run(first())
print("between the two")
asyncio.run(second())
print("the end")
