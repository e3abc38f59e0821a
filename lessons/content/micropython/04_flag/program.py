# An interrupt raises a flag, and a task waits for it.
import asyncio


async def button(flag):
    for _ in range(2):
        await asyncio.sleep_ms(100)
        print("pressed")
        flag.set()


async def watch(flag):
    for _ in range(2):
        await flag.wait()
        print("seen")


async def main():
    flag = asyncio.ThreadSafeFlag()
    pressing = asyncio.create_task(button(flag))
    await watch(flag)
    await pressing


asyncio.run(main())
