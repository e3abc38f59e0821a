# An exception of main leaves run() at once; the others get no more turns in that run.
import asyncio


async def other():
    for step in range(4):
        print("other", step)
        await asyncio.sleep(0)


async def main():
    asyncio.create_task(other())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    raise ValueError("main fails")


loop = asyncio.get_event_loop()
try:
    loop.run_until_complete(main())
except ValueError as error:
    print("caught", error.args[0])


async def last():
    print("last")


loop.run_until_complete(last())
