# The first exception ends the wait; the other children keep running.
import asyncio


async def fail(name, ms):
    await asyncio.sleep_ms(ms)
    print(name, "fails")
    raise ValueError(name)


async def slow(name, ms):
    await asyncio.sleep_ms(ms)
    print(name, "ends")
    return name


async def main():
    try:
        print(await asyncio.gather(slow("a", 90), fail("b", 30), slow("c", 10)))
    except ValueError as error:
        print("caught", error.args[0])
    await asyncio.sleep_ms(120)
    done = asyncio.create_task(fail("d", 0))
    try:
        await done
    except ValueError:
        pass
    late = asyncio.create_task(slow("e", 30))
    try:
        print(await asyncio.gather(late, done))
    except ValueError as error:
        print("caught at once", error.args[0], late.done())
    print(await late)


asyncio.run(main())
