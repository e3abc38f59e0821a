# A coroutine function is called, and nobody awaits what it returns.
import asyncio


async def feed():
    print("feed the cat")


async def main():
    supper = feed()
    print("main has a", type(supper).__name__)
    await asyncio.sleep(1)
    print("main: has the cat been fed?")
    await supper
    print("main: now it has")


asyncio.run(main())
