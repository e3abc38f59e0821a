# sleep(0) puts the task at the end of the ready queue, as call_soon would; a timer comes later.
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    loop.call_later(0, print, "later 0")
    loop.call_soon(print, "soon 1")
    await asyncio.sleep(0)
    print("after the first sleep(0)")
    loop.call_soon(print, "soon 2")
    await asyncio.sleep(0)
    print("after the second sleep(0)")


asyncio.run(main())
