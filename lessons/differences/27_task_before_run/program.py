# A task is created while nothing runs.
import asyncio


async def child():
    print("child")


async def main():
    print("main")


coroutine = child()
try:
    asyncio.create_task(coroutine)
    print("created")
except RuntimeError as error:
    print("RuntimeError:", error.args[0])
    coroutine.close()
asyncio.run(main())
