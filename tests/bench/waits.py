"""Tasks that wait for each other in every way there is, beside one that yields. The argument is how often it does."""
import asyncio
import os
import sys

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
LONG = 1e6


async def holds(lock):
    async with lock:
        await asyncio.sleep(LONG)


async def wants(lock):
    async with lock:
        pass


async def puts(queue):
    for number in range(100):
        await queue.put(number)


async def takes(queue):
    while True:
        await asyncio.sleep(LONG)
        await queue.get()


async def listens(event):
    await event.wait()


async def sets(event):
    await asyncio.sleep(LONG)
    event.set()


async def sleeps():
    await asyncio.sleep(LONG)


async def gathers():
    await asyncio.gather(sleeps(), sleeps(), sleeps())


async def groups():
    async with asyncio.TaskGroup() as group:
        group.create_task(sleeps(), name="child-1")
        group.create_task(sleeps(), name="child-2")


async def joins(task):
    await task


async def limited():
    await asyncio.wait_for(sleeps(), LONG)


async def shielded(task):
    await asyncio.shield(task)


async def main():
    lock, places, event, queue = asyncio.Lock(), asyncio.Semaphore(1), asyncio.Event(), asyncio.Queue(1)
    made = {}

    def make(name, coroutine):
        made[name] = asyncio.create_task(coroutine, name=name)

    make("bob", holds(lock))
    make("alice", wants(lock))
    make("guest", holds(places))
    make("hungry", wants(places))
    make("maker", puts(queue))
    make("eater", takes(queue))
    make("ear", listens(event))
    make("bell", sets(event))
    make("mother", gathers())
    make("teacher", groups())
    make("sleeper", sleeps())
    make("friend", joins(made["sleeper"]))
    make("careful", limited())
    make("keeper", shielded(made["sleeper"]))
    # A cycle, while others run.
    one, two = asyncio.Lock(), asyncio.Lock()

    async def crosses(first, second):
        async with first:
            await asyncio.sleep(0)
            async with second:
                pass

    make("left", crosses(one, two))
    make("right", crosses(two, one))
    for _ in range(ROUNDS):
        await asyncio.sleep(0)
    os._exit(0)


asyncio.run(main())
