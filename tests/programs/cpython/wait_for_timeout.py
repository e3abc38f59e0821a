# wait_for cancels what it waits for, and waits until that has ended.
import asyncio


async def slow():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("slow is cancelled")
        await asyncio.sleep(0.01)
        print("slow has tidied up")
        raise


async def quick():
    return "quick"


async def main():
    print(await asyncio.wait_for(quick(), 1))
    print(await asyncio.wait_for(quick(), None))
    try:
        await asyncio.wait_for(slow(), 0.01)
    except asyncio.TimeoutError as error:
        print("timed out:", isinstance(error, TimeoutError))
    future = asyncio.get_running_loop().create_future()
    try:
        await asyncio.wait_for(future, 0)
    except TimeoutError:
        print("no time at all; cancelled:", future.cancelled())


asyncio.run(main())
