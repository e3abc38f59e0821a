# A loop is asked to stop in the middle of a step. Who still runs, and what is left for later?
import asyncio


async def blink():
    for n in range(2):
        print("blink", n)
        await asyncio.sleep(0)


async def main():
    asyncio.create_task(blink())
    loop.stop()
    print("main: stop is asked for")
    await asyncio.sleep(0)
    print("main: still here")
    loop.stop()


loop = asyncio.get_event_loop()
loop.create_task(main())
loop.run_forever()
print("run_forever has returned")
loop.run_forever()
print("and once more")
