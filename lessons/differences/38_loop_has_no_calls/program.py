# A callback without a coroutine: call_soon() and call_later().
import asyncio


async def main():
    loop = asyncio.get_event_loop()
    try:
        loop.call_later(0.02, print, "later")
        loop.call_soon(print, "soon")
        await asyncio.sleep(0.06)
    except AttributeError:
        print("no such method")


asyncio.run(main())
