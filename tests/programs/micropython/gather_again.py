# Finished tasks can be gathered again, even one twice; failed ones raise again.
import asyncio


async def fail(ms):
    await asyncio.sleep_ms(ms)
    raise ValueError(ms)


async def give():
    return "given"


async def main():
    tasks = [asyncio.create_task(fail(ms)) for ms in (10, 30, 60)]
    results = await asyncio.gather(*tasks, return_exceptions=True)
    print([error.args[0] for error in results])
    for number in range(2):
        try:
            await asyncio.gather(*tasks)
        except ValueError as error:
            print("again", error.args[0])
    task = asyncio.create_task(give())
    await task
    print(await asyncio.gather(task, task))


asyncio.run(main())
