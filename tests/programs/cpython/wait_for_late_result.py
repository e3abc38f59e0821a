# If the work swallows the cancellation and returns, its result counts, late as it is.
import asyncio


async def stubborn():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        return "late, but here"


async def fails():
    try:
        await asyncio.sleep(10)
    finally:
        raise KeyError("while tidying up")


async def main():
    print(await asyncio.wait_for(stubborn(), 0.01))
    try:
        await asyncio.wait_for(fails(), 0.01)
    except KeyError as error:
        print("KeyError", error)


asyncio.run(main())
