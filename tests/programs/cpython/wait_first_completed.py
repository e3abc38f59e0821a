# wait() never cancels and never raises: it only says who is done and who is not.
import asyncio


async def work(name, seconds, fails=False):
    await asyncio.sleep(seconds)
    if fails:
        raise ValueError(name)
    return name


def names(tasks):
    return sorted(task.get_name() for task in tasks)


async def main():
    tasks = {
        asyncio.create_task(work("a", 0.01), name="a"),
        asyncio.create_task(work("b", 0.15, fails=True), name="b"),
        asyncio.create_task(work("c", 5), name="c"),
    }
    done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    print(names(done), names(rest))
    done, rest = await asyncio.wait(rest, return_when=asyncio.FIRST_EXCEPTION)
    print(names(done), names(rest), repr(done.pop().exception()))
    done, rest = await asyncio.wait(rest, timeout=0.01)
    print(names(done), names(rest))
    rest.pop().cancel()
    for wrong in (lambda: asyncio.wait([]), lambda: asyncio.wait([work("d", 0)])):
        try:
            await wrong()
        except (ValueError, TypeError) as error:
            print(error)


asyncio.run(main())
