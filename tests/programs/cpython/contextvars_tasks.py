# Each task has a copy of the context: what it sets, the others do not see.
import asyncio
import contextvars

user = contextvars.ContextVar("user")


async def work(name):
    print(name, "starts with", user.get())
    user.set(name)
    await asyncio.sleep(0)
    print(name, "still has", user.get())


async def main():
    user.set("main")
    await asyncio.gather(work("a"), work("b"))
    print("main has", user.get())
    await work("awaited directly")
    print("main has", user.get())
    shared = contextvars.copy_context()
    await asyncio.create_task(work("c"), context=shared)
    print("main has", user.get(), "/ the given context has", shared[user])


asyncio.run(main())
