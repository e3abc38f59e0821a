# Two transfers between two accounts. After five seconds somebody gives up.
import asyncio


async def transfer(name, first, second):
    async with first:
        print(name, "has one lock")
        await asyncio.sleep(1)
        async with second:
            print(name, "has both locks")


async def alice(red, blue):
    await transfer("alice", red, blue)


async def bob(red, blue):
    await transfer("bob", blue, red)


async def main():
    red, blue = asyncio.Lock(), asyncio.Lock()
    try:
        async with asyncio.timeout(5):
            await asyncio.gather(alice(red, blue), bob(red, blue))
        print("main: all is paid")
    except TimeoutError:
        print("main: nobody is paid")


asyncio.run(main())
