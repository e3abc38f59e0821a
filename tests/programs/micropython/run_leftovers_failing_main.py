# By the documentation leftover tasks are cancelled too when main ends by an exception.
# dialect: micropython
#
# Real firmware keeps them, so this output was reasoned by hand: main's exception is on its way out
# of run(); before it leaves, run() cancels worker and lets its `finally` run; then the exception
# arrives at the caller. Nobody is left for the second run.
import asyncio


async def worker():
    try:
        print("worker begins")
        await asyncio.sleep(10)
    finally:
        print("worker cleans up")


async def main():
    asyncio.create_task(worker())
    await asyncio.sleep_ms(20)
    raise ValueError("main failed")


async def second():
    await asyncio.sleep_ms(20)
    return "second"


try:
    asyncio.run(main())
except ValueError as error:
    print("caught:", error.args[0])
print(asyncio.run(second()))
