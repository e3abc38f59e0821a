"""A task that waits for a future written in Python, which nobody else knows, is collected and told."""
import asyncio
import gc
from asyncio import futures

told = []


async def forgotten(loop):
    await futures._PyFuture(loop=loop)


async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: told.append(context))
    asyncio.create_task(forgotten(loop), name='forgotten')
    await asyncio.sleep(0)
    gc.collect()
    for context in told:
        print(context['message'], context['task'].get_name())
    print(len(asyncio.all_tasks()))


asyncio.run(main())
