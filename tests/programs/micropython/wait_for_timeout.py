# When the time is over wait_for() cancels the child, waits for its end and raises TimeoutError.
import asyncio


async def child(name):
    try:
        print(name, "begins")
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print(name, "cancelled")
        await asyncio.sleep_ms(30)
        print(name, "has cleaned up")
        raise


async def main():
    for name, make in (
        ("s", lambda: asyncio.wait_for(child("s"), 0.03)),
        ("ms", lambda: asyncio.wait_for_ms(child("ms"), 30)),
        ("task", lambda: asyncio.wait_for_ms(asyncio.create_task(child("task")), 30)),
    ):
        try:
            await make()
            print("no timeout")
        except asyncio.TimeoutError as error:
            print(name, "TimeoutError", list(error.args))


asyncio.run(main())
