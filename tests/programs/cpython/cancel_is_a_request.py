# cancel() only asks: the exception arrives at the next step, and finally blocks run then.
import asyncio


async def body():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError as error:
        print("got the request:", error.args)
        raise
    finally:
        await asyncio.sleep(0)
        print("tidied up")


async def main():
    task = asyncio.create_task(body())
    await asyncio.sleep(0)
    task.cancel("please")
    print("asked:", task.cancelled())
    await asyncio.sleep(0)
    print("a turn later:", task.cancelled())
    try:
        await task
    except asyncio.CancelledError:
        print("at the end:", task.cancelled())


asyncio.run(main())
