# main returns while two others are still at work.
import asyncio


async def guard():
    try:
        while True:
            print("guard: all quiet")
            await asyncio.sleep(1)
    finally:
        print("guard: hand over the keys")


async def clean():
    await asyncio.sleep(5)
    print("clean: all clean")


async def main():
    asyncio.create_task(guard())
    asyncio.create_task(clean())
    await asyncio.sleep(1.5)
    print("main: good night")


asyncio.run(main())
print("the last line of the program")
