# Asking for the loop after run() is over.
import asyncio


async def main():
    return "main's result"


print(asyncio.run(main()))
try:
    asyncio.get_event_loop()
    print("there is a loop")
except RuntimeError:
    print("RuntimeError: no loop")
