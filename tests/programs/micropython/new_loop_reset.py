# new_event_loop() is a reset of the one loop: its tasks are gone, its exception handler stays.
import asyncio


async def child(name):
    print("child", name)


async def fail():
    raise ValueError("lost")


async def main():
    asyncio.create_task(fail())
    await asyncio.sleep_ms(60)


def handler(loop, context):
    print("handler:", context["exception"].args[0])


loop = asyncio.get_event_loop()
loop.set_exception_handler(handler)
loop.create_task(child("dropped"))
fresh = asyncio.new_event_loop()
print(fresh is loop, fresh.get_exception_handler() is handler)
fresh.create_task(child("kept"))
fresh.run_until_complete(main())
