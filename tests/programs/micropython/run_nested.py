# By the documentation a nested run() is an error; the outer task goes on unharmed.
# dialect: micropython
#
# Real firmware runs it and is then broken (see run_nested_firmware.py), so this output was reasoned
# by hand: the inner run() raises RuntimeError before anything of it begins, and all three ways of
# running are refused in the same way; the outer task and its sibling never notice.
import asyncio


async def sibling():
    for step in range(3):
        print("sibling", step)
        await asyncio.sleep_ms(10)


async def inner():
    print("inner begins")


async def outer():
    loop = asyncio.get_event_loop()
    task = asyncio.create_task(sibling())
    for name, nested in (
        ("run", lambda: asyncio.run(inner())),
        ("run_until_complete", lambda: loop.run_until_complete(inner())),
        ("run_forever", loop.run_forever),
    ):
        try:
            nested()
            print(name, "worked")
        except RuntimeError:
            print(name, "is refused")
    await task
    return "outer result"


print(asyncio.run(outer()))
