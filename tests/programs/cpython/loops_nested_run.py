# A loop that runs cannot be run again, and no other loop may run inside it.
import asyncio

loop = asyncio.new_event_loop()
other = asyncio.new_event_loop()


async def nothing():
    pass


def attempts():
    coroutine = nothing()
    for name, attempt in {
        "asyncio.run": lambda: asyncio.run(coroutine),
        "the same loop": lambda: loop.run_until_complete(coroutine),
        "another loop": lambda: other.run_until_complete(coroutine),
        # The last one: CPython 3.13.0 takes the loop for stopped after this refusal.
        "run_forever": loop.run_forever,
    }.items():
        try:
            attempt()
        except RuntimeError as error:
            print(name, "->", error)
    coroutine.close()


loop.call_soon(attempts)
loop.call_soon(print, "the outer run goes on")
loop.call_soon(loop.stop)
loop.run_forever()
loop.close()
other.close()
