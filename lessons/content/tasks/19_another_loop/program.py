# One lock, four loops. It seems to work, as long as nobody has to wait.
import asyncio

lock = asyncio.Lock()


async def alone(name):
    async with lock:
        print(name, "has the lock")
        await asyncio.sleep(1)


async def together():
    results = await asyncio.gather(alone("Ada"), alone("Ben"), return_exceptions=True)
    for result in results:
        if result:
            print("trouble:", str(result).split(" is ")[-1])


asyncio.run(alone("Zoe"))
asyncio.run(together())
asyncio.run(alone("Zoe again"))
asyncio.run(together())
