# A child that swallows the cancellation and returns: wait_for() raises TimeoutError all the same.
import asyncio


async def child():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("child: not interested")
    return "late result"


async def failing():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        raise ValueError("while cleaning up")


async def main():
    for make in (child, failing):
        task = asyncio.create_task(make())
        try:
            print(await asyncio.wait_for_ms(task, 20))
        except asyncio.TimeoutError:
            print("TimeoutError")
        except ValueError as error:
            print("ValueError", error.args[0])
        try:
            print(task.done(), await task)
        except ValueError as error:
            print("the task:", error.args[0])


asyncio.run(main())
