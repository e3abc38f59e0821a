# run() inside of run(): a coroutine starts another run in the middle of its own.
import asyncio


async def sibling():
    print("sibling: has a turn")


async def inner():
    print("inner: begins")
    await asyncio.sleep(0.02)
    return "inner result"


async def outer():
    asyncio.create_task(sibling())
    coroutine = inner()
    try:
        print("outer: got", asyncio.run(coroutine))
    except RuntimeError:
        print("outer: refused")
        coroutine.close()
    return "outer result"


print(asyncio.run(outer()))
