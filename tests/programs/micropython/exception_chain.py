# An exception rises from task to task along the awaits; each may catch it, change it or pass it.
import asyncio


async def lowest():
    await asyncio.sleep_ms(5)
    raise KeyError("lowest")


async def changes():
    try:
        await asyncio.create_task(lowest())
    except KeyError as error:
        raise ValueError("changed from " + error.args[0])


async def passes():
    try:
        return await asyncio.create_task(changes())
    finally:
        print("passes: finally")


async def main():
    try:
        await asyncio.create_task(passes())
    except ValueError as error:
        print("main:", error.args[0])
    return "over"


print(asyncio.run(main()))
