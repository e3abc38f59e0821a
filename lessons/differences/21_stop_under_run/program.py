# stop() in a program that runs by asyncio.run().
import asyncio


async def main():
    asyncio.get_event_loop().stop()
    await asyncio.sleep(0.02)
    return "main's result"


try:
    print(asyncio.run(main()))
except RuntimeError as error:
    print("RuntimeError:", error.args[0])
