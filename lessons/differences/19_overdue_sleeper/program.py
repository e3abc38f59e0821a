# While one task blocks, a sleeper becomes overdue. Then a new task is created. Who runs first?
import asyncio
import time


async def sleeper():
    await asyncio.sleep(0.02)
    print("sleeper")


async def fresh():
    print("fresh")


async def main():
    sleeping = asyncio.create_task(sleeper())
    await asyncio.sleep(0)
    time.sleep(0.06)
    asyncio.create_task(fresh())
    await sleeping


asyncio.run(main())
