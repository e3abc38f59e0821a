# A task is asked to end, and it takes its time.
import asyncio


async def bake():
    print("bake: into the oven")
    try:
        await asyncio.sleep(10)
        print("bake: done")
    except asyncio.CancelledError:
        print("bake: turn off the oven")
        raise
    finally:
        print("bake: wash up")


async def main():
    baking = asyncio.create_task(bake())
    await asyncio.sleep(1)
    print("main: cancel() says", baking.cancel())
    print("main: cancelled() says", baking.cancelled())
    try:
        await baking
    except asyncio.CancelledError:
        print("main: cancelled() says", baking.cancelled())


asyncio.run(main())
