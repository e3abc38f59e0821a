# A task waits for something that nobody else holds, and vanishes.
import asyncio
import gc


async def wait_for_a_call():
    try:
        call = asyncio.get_running_loop().create_future()
        print("wait: by the phone")
        await call
    finally:
        print("wait: cut off")


async def main():
    asyncio.create_task(wait_for_a_call())
    await asyncio.sleep(1)
    print("main: the collector comes")
    gc.collect()
    await asyncio.sleep(1)
    print("main: tasks left:", len(asyncio.all_tasks()))


asyncio.run(main())
