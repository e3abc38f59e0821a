# Condition: notify(n) wakes n waiters in order; each takes the lock again before it goes on.
import asyncio


async def waiter(condition, name):
    async with condition:
        print(name, "waits")
        await condition.wait()
        print(name, "wakes; locked:", condition.locked())


async def main():
    condition = asyncio.Condition()
    tasks = [asyncio.create_task(waiter(condition, name)) for name in "abcd"]
    await asyncio.sleep(0.005)
    for count in (1, 2):
        async with condition:
            condition.notify(count)
            print("notified", count)
        await asyncio.sleep(0.005)
    async with condition:
        condition.notify_all()
    await asyncio.gather(*tasks)
    try:
        condition.notify()
    except RuntimeError as error:
        print(error)
    value = 0
    async with condition:
        print(await condition.wait_for(lambda: value == 0))


asyncio.run(main())
