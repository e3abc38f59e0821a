# Tasks take their first step in the order of their creation, and not before main gives way.
import asyncio


async def child(name):
    print("begin", name)
    await asyncio.sleep(0)
    print("end", name)


async def main():
    for name in "abc":
        asyncio.create_task(child(name))
        print("created", name)
    print("main gives way")
    await asyncio.sleep(0)
    print("main again")
    asyncio.get_event_loop().create_task(child("d"))
    await asyncio.sleep(0)
    print("main once more")
    await asyncio.sleep(0)


asyncio.run(main())
