"""Cancelling in all its ways, and time limits. Twin of src/bin/cancellation.rs."""
import asyncio


async def sleeper():
    await asyncio.sleep_ms(1000)


async def stubborn():
    try:
        await asyncio.sleep_ms(1000)
    except asyncio.CancelledError:
        print("stubborn goes on")
        await asyncio.sleep_ms(20)
    return 7


async def waits_for_another():
    await asyncio.create_task(sleeper())


async def quick():
    await asyncio.sleep_ms(10)
    return 42


async def main_task():
    asleep = asyncio.create_task(sleeper())
    await asyncio.sleep_ms(30)
    asleep.cancel()
    try:
        await asleep
    except asyncio.CancelledError:
        print("the sleeper was cancelled")
    stubborn_task = asyncio.create_task(stubborn())
    await asyncio.sleep_ms(30)
    stubborn_task.cancel()
    print("stubborn gave", await stubborn_task)
    outer = asyncio.create_task(waits_for_another())
    await asyncio.sleep_ms(30)
    outer.cancel()
    await asyncio.sleep_ms(20)
    unborn = asyncio.create_task(sleeper())
    unborn.cancel()
    await asyncio.sleep_ms(20)
    try:
        await asyncio.wait_for_ms(sleeper(), 40)
    except asyncio.TimeoutError:
        print("it took too long")
    print("in time:", await asyncio.wait_for_ms(quick(), 40))


asyncio.run(main_task())
