# A task that waits for a thread is cancelled. The thread does not notice.
import asyncio
import time


def copy():
    for part in (1, 2):
        time.sleep(0.5)
        print("copy: part", part)


async def main():
    copying = asyncio.create_task(asyncio.to_thread(copy))
    await asyncio.sleep(0.1)
    copying.cancel()
    try:
        await copying
    except asyncio.CancelledError:
        print("main: cancelled")
    print("main: good night")


asyncio.run(main())
print("the last line")
