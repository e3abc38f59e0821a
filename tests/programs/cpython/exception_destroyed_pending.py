# A task that is thrown away while it waits: the handler is told, and its finally block runs.
import asyncio
import gc

loop = asyncio.new_event_loop()
lines = []
loop.set_exception_handler(lambda loop, context: lines.append(context["message"]))


async def waits():
    try:
        await loop.create_future()
    finally:
        lines.append("finally, without a turn of the loop")


async def main():
    task = asyncio.create_task(waits())
    await asyncio.sleep(0)
    print("waiting; now nobody holds it")
    del task
    gc.collect()
    print("gone; tasks:", len(asyncio.all_tasks()))
    print(*sorted(lines), sep="\n")


loop.run_until_complete(main())
loop.close()
