# Tasks that sleep equally long wake in the order in which they fell asleep.
import asyncio


async def sleeper(number):
    await asyncio.sleep(0.01)
    print("awake", number)
    await asyncio.sleep(0.01)
    print("awake again", number)


async def main():
    await asyncio.gather(*(sleeper(number) for number in range(5)))


asyncio.run(main())
