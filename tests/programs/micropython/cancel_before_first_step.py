# A task that is cancelled before its first step never begins, and nobody complains.
import asyncio


async def child(name):
    print(name, "begins")
    try:
        await asyncio.sleep_ms(1)
    finally:
        print(name, "ends")


async def main():
    silent = asyncio.create_task(child("silent"))
    awaited = asyncio.create_task(child("awaited"))
    print(silent.cancel(), silent.cancel(), awaited.cancel())
    print(silent.done())
    await asyncio.sleep_ms(20)
    print(silent.done(), awaited.done())
    try:
        await awaited
    except asyncio.CancelledError as error:
        print("CancelledError", list(error.args))


asyncio.get_event_loop().set_exception_handler(lambda loop, context: print("handler"))
asyncio.run(main())
