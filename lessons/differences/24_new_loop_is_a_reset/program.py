# A task is created on a loop; then a second loop is made.
import asyncio


async def first_task():
    print("the first loop's task")


async def main():
    await asyncio.sleep(0.02)
    print("main")


first = asyncio.new_event_loop()
task = first.create_task(first_task())
second = asyncio.new_event_loop()
print("one and the same loop:", first is second)
first.run_until_complete(main())
