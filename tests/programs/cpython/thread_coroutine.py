# run_coroutine_threadsafe: a thread gives a coroutine to the loop and waits for its result.
import asyncio
import threading


async def double(number):
    await asyncio.sleep(0.001)
    if number < 0:
        raise ValueError("negative")
    return number * 2


def work(loop, done, lines):
    lines.append(asyncio.run_coroutine_threadsafe(double(21), loop).result())
    try:
        asyncio.run_coroutine_threadsafe(double(-1), loop).result()
    except ValueError as error:
        lines.append(repr(error))
    try:
        asyncio.run_coroutine_threadsafe(5, loop)
    except TypeError as error:
        lines.append(str(error))
    loop.call_soon_threadsafe(done.set)


async def main():
    done, lines = asyncio.Event(), []
    thread = threading.Thread(target=work, args=(asyncio.get_running_loop(), done, lines))
    thread.start()
    await done.wait()
    thread.join()
    print(*lines, sep="\n")


asyncio.run(main())
