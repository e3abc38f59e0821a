# Locks that lie in a mapping: one task at a time has each of them.
import asyncio

locks = {name: asyncio.Lock() for name in ('tea', 'milk')}


async def take(lock, who):
    async with lock:
        print(who, 'has it')
        await asyncio.sleep(0.01)


async def main():
    await asyncio.gather(
        take(locks['tea'], 'a'), take(locks['tea'], 'b'), take(locks['milk'], 'c'))


asyncio.run(main())
