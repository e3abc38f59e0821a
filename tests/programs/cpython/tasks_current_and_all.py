# current_task, all_tasks and names.
import asyncio


async def worker():
    print("in", asyncio.current_task().get_name())
    await asyncio.sleep(0)


async def main():
    asyncio.current_task().set_name("main")
    tasks = [asyncio.create_task(worker(), name=f"worker {n}") for n in range(3)]
    print(sorted(task.get_name() for task in asyncio.all_tasks()))
    asyncio.get_running_loop().call_soon(lambda: print("callback:", asyncio.current_task()))
    await asyncio.gather(*tasks)
    print(sorted(task.get_name() for task in asyncio.all_tasks()))
    print(asyncio.current_task().get_name())


asyncio.run(main())
try:
    asyncio.current_task()
except RuntimeError as error:
    print(error)
