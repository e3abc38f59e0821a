# A nested run() works and drives the sibling tasks too; the outer task must not wait afterwards.
# dialect: micropython-firmware
import asyncio


async def sibling():
    for step in range(3):
        print("sibling", step)
        await asyncio.sleep_ms(10)


async def inner():
    await asyncio.sleep_ms(150)
    return "inner result"


async def outer():
    asyncio.create_task(sibling())
    print("outer: nested run begins")
    print("outer:", asyncio.run(inner()))
    try:
        asyncio.current_task()
    except RuntimeError as error:
        # The reason why waiting here takes real firmware down: nobody is the current task now.
        print("outer:", error.args[0])
    return "outer result"


print(asyncio.run(outer()))
