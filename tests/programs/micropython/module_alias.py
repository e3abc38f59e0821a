# uasyncio is the same module by its old name.
import asyncio
import uasyncio

for name in "run create_task sleep_ms gather Event Lock Loop CancelledError wait_for_ms".split():
    print(name, getattr(uasyncio, name) is getattr(asyncio, name))


async def main():
    await uasyncio.sleep_ms(1)
    return await uasyncio.gather(give(1), give(2))


async def give(value):
    return value


print(uasyncio.run(main()))
