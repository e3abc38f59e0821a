"""set_result() of a task is refused since 3.7."""
import asyncio


async def work():
    await asyncio.sleep(0)


async def main():
    task = asyncio.ensure_future(work())
    try:
        task.set_result(5)
    except RuntimeError as error:
        print('RuntimeError', error)
        await task
    else:
        print(task.done(), await task)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
