# Cancelling a task that awaits another cancels the innermost; the error comes up from there.
import asyncio


async def inner():
    try:
        print("inner begins")
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("inner cancelled")
        raise


async def middle(task):
    try:
        await task
    except asyncio.CancelledError:
        print("middle cancelled")
        raise


async def outer(task):
    try:
        await task
    except asyncio.CancelledError:
        print("outer cancelled")
        raise


async def main():
    first = asyncio.create_task(inner())
    second = asyncio.create_task(middle(first))
    third = asyncio.create_task(outer(second))
    await asyncio.sleep_ms(20)
    print(third.cancel())
    try:
        await third
    except asyncio.CancelledError:
        print("main:", first.done(), second.done(), third.done())


asyncio.run(main())
