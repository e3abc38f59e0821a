# create_task does not run anything: the body begins when the loop gets there.
import asyncio


async def body():
    print("body")
    return "value"


async def main():
    task = asyncio.create_task(body())
    print("made; done:", task.done())
    coroutine = body()
    print("a coroutine object has not begun either")
    print(await coroutine)
    print("task done:", task.done())
    print(await task, task.done(), task.result())


asyncio.run(main())
