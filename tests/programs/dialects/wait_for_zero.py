"""wait_for() without any time lets a coroutine begin in 3.6, and not since 3.7."""
import asyncio


async def work():
    print('begun')
    return 'done'


async def main():
    for timeout in 0, -1:
        try:
            print(await asyncio.wait_for(work(), timeout))
        except asyncio.TimeoutError:
            print('TimeoutError')


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
