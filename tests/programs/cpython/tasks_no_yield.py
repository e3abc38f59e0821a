# await gives the loop a turn only if what is awaited is not ready yet.
import asyncio


async def plain():
    return "plain"


async def main():
    loop = asyncio.get_running_loop()
    loop.call_soon(print, "callback")
    done = loop.create_future()
    done.set_result("done")
    lock = asyncio.Lock()
    print(await plain())
    print(await done)
    async with lock:
        print("in the free lock")
    print("still no turn for the callback")
    await asyncio.sleep(0)
    print("now it had one")


asyncio.run(main())
