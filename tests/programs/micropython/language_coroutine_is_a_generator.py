# Libraries tell a coroutine by the type of a generator; here the callback would silently not run.
import asyncio

type_gen = type((lambda: (yield))())


async def on_press():
    print("pressed")


def on_release():
    print("released")


async def main():
    for callback in (on_press, on_release):
        result = callback()
        if isinstance(result, type_gen):
            asyncio.create_task(result)
    await asyncio.sleep_ms(1)


asyncio.run(main())
