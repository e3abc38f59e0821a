"""sleep(nan) is refused since 3.13; before, it never ended."""
import asyncio


async def main():
    task = asyncio.ensure_future(asyncio.sleep(float('nan')))
    done, pending = await asyncio.wait([task], timeout=0.01)
    print(len(done), len(pending))
    for task in done:
        print(type(task.exception()).__name__, task.exception())
    for task in pending:
        task.cancel()


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
