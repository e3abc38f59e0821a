# asyncio.run cancels what is left over, and reports what fails while being cancelled.
import asyncio


async def quiet():
    try:
        await asyncio.sleep(10)
    finally:
        print("quiet ends")


async def stubborn():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("stubborn begins to tidy up")
        await asyncio.sleep(0.01)
        print("stubborn has tidied up")


async def fails():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        raise ValueError("while being cancelled")


async def main(leftover):
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, c: print(c["message"], repr(c["exception"])))
    task = asyncio.create_task(leftover())
    await asyncio.sleep(0)
    return task


for leftover in (quiet, stubborn, fails):
    print("cancelled:", asyncio.run(main(leftover)).cancelled())
