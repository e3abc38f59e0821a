# What asyncio.run does, written out: a loop, the main task, the tasks that are left, the end.
import asyncio


async def lamp():
    try:
        await asyncio.sleep(60)
    finally:
        print("lamp: off")


async def main():
    asyncio.create_task(lamp())
    await asyncio.sleep(0)
    print("main: good night")
    return "slept well"


loop = asyncio.new_event_loop()
result = loop.run_until_complete(main())
print("result:", result)
left = asyncio.all_tasks(loop)
print("left over:", len(left))
for task in left:
    task.cancel()
loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
loop.run_until_complete(loop.shutdown_asyncgens())
loop.close()
print("closed:", loop.is_closed())
