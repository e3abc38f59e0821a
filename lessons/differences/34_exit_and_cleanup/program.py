# A task calls exit while main waits in a try with a finally.
import asyncio


async def leave():
    await asyncio.sleep(0.02)
    raise SystemExit(0)


async def main():
    leaving = asyncio.create_task(leave())
    try:
        await asyncio.sleep(1)
    finally:
        print("main: cleaned up")


try:
    asyncio.run(main())
except SystemExit:
    print("run: left by SystemExit")
