# The loop is closed, and then used again.
import asyncio

loop = asyncio.new_event_loop()


async def main():
    return "main's result"


print(loop.run_until_complete(main()))
loop.close()
again = main()
try:
    print(loop.run_until_complete(again))
except RuntimeError as error:
    print("RuntimeError:", error.args[0])
    again.close()
