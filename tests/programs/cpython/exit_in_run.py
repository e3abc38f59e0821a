# asyncio.run tidies up also when SystemExit leaves it: other tasks are cancelled first.
import asyncio


async def background():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("background is cancelled")
        raise


async def main():
    task = asyncio.create_task(background())
    await asyncio.sleep(0)
    print("main leaves; background done:", task.done())
    raise SystemExit(4)


try:
    asyncio.run(main())
except SystemExit as error:
    print("left with", error.code)
