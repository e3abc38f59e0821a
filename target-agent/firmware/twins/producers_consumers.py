"""Producers and consumers with an event and a lock. Twin of src/bin/producers_consumers.rs."""
import asyncio

there_is_one = asyncio.Event()
shelf = asyncio.Lock()
things = 0


async def producer(times, every):
    global things
    for _ in range(times):
        await asyncio.sleep_ms(every)
        async with shelf:
            things += 1
            print("put one,", things, "there")
        there_is_one.set()


async def consumer(wanted):
    global things
    taken = 0
    while taken < wanted:
        if things == 0:
            there_is_one.clear()
            await there_is_one.wait()
        async with shelf:
            if things > 0:
                things -= 1
                taken += 1
                print("took one,", things, "there")
                await asyncio.sleep_ms(30)


async def main_task():
    await asyncio.gather(producer(4, 50), producer(1, 115), consumer(3), consumer(2))


asyncio.run(main_task())
