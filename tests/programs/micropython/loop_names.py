# The loop has nine methods and no others; it is one object, and close() leaves it as it is.
import asyncio

loop = asyncio.get_event_loop()
print(sorted(name for name in dir(loop) if not name.startswith("_")))
print(loop is asyncio.Loop, asyncio.get_event_loop(16, 16) is loop)


async def main():
    print(asyncio.get_event_loop() is loop)
    return "works"


print(loop.close())
print(asyncio.run(main()))
for name in ("call_soon", "call_later", "time", "is_running", "add_reader", "create_future"):
    print(name, hasattr(loop, name))
