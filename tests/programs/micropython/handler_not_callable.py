# Anything is taken as a handler; only the call fails, and that ends the run.
import asyncio


async def fail():
    raise ValueError("lost")


async def main():
    asyncio.create_task(fail())
    await asyncio.sleep_ms(60)
    print("main goes on")


loop = asyncio.get_event_loop()
loop.set_exception_handler(5)
print(loop.get_exception_handler())
try:
    loop.run_until_complete(main())
except TypeError:
    print("TypeError")
