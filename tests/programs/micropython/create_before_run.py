# Tasks can be created while nothing runs; they are queued, ahead of main.
import asyncio


async def child(name):
    print("begin", name)
    await asyncio.sleep_ms(5)
    print("end", name)


async def main():
    print("main")
    await asyncio.sleep_ms(30)


asyncio.create_task(child("a"))
asyncio.get_event_loop().create_task(child("b"))
print("nothing ran yet")
asyncio.run(main())
