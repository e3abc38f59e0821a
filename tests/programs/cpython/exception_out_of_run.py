# An exception in the main task comes out of the run; the loop can be used on.
import asyncio


async def bad():
    await asyncio.sleep(0)
    raise ValueError("in main")


async def good():
    return "good"


try:
    asyncio.run(bad())
except ValueError as error:
    print("run:", error)
loop = asyncio.new_event_loop()
try:
    loop.run_until_complete(bad())
except ValueError as error:
    print("run_until_complete:", error, "/ closed:", loop.is_closed())
print(loop.run_until_complete(good()))
for wrong in (5, None):
    try:
        loop.run_until_complete(wrong)
    except TypeError as error:
        print(error)
loop.close()
