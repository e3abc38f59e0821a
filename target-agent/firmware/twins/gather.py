"""Gathering: values, exceptions, exceptions as values, and cancelling. Twin of src/bin/gather.rs."""
import asyncio


async def reading(value, ms):
    await asyncio.sleep_ms(ms)
    return value


async def broken(ms):
    await asyncio.sleep_ms(ms)
    raise ValueError("no sensor")


async def group():
    await asyncio.gather(reading(5, 1000), reading(6, 1100))


async def main_task():
    first, second = await asyncio.gather(reading(1, 60), reading(2, 30))
    print(first, "and", second)
    try:
        await asyncio.gather(reading(3, 60), broken(30))
    except ValueError:
        print("ValueError: the other goes on")
    await asyncio.sleep_ms(60)
    value, failed = await asyncio.gather(reading(4, 20), broken(40), return_exceptions=True)
    print(value, "and an exception:", isinstance(failed, ValueError))
    task = asyncio.create_task(group())
    await asyncio.sleep_ms(30)
    task.cancel()
    await asyncio.sleep_ms(30)


asyncio.run(main_task())
