# Two events hand the turn back and forth; a third task keeps its turns meanwhile.
import asyncio


async def player(name, mine, theirs, turns):
    for turn in range(turns):
        await mine.wait()
        mine.clear()
        print(name, turn)
        theirs.set()


async def spectator(rounds):
    for number in range(rounds):
        print("spectator", number)
        await asyncio.sleep(0)


async def main():
    ping, pong = asyncio.Event(), asyncio.Event()
    tasks = [
        asyncio.create_task(player("ping", ping, pong, 3)),
        asyncio.create_task(player("pong", pong, ping, 3)),
        asyncio.create_task(spectator(5)),
    ]
    ping.set()
    for task in tasks:
        await task


asyncio.run(main())
