# A task cancels itself.
import asyncio


async def child():
    try:
        print("cancel():", asyncio.current_task().cancel())
    except RuntimeError as error:
        print("RuntimeError:", error.args[0])
    try:
        await asyncio.sleep(0.02)
        print("child: slept")
    except asyncio.CancelledError:
        print("child: cancelled")


async def main():
    await asyncio.create_task(child())


asyncio.run(main())
