# One loop after another, by asyncio.run and by hand.
import asyncio


async def work(name):
    await asyncio.sleep(0.001)
    print(name, asyncio.get_running_loop().is_running())
    return asyncio.get_running_loop()


one = asyncio.run(work("one"))
two = asyncio.run(work("two"))
print(one is two, one.is_closed(), two.is_closed())
three = asyncio.new_event_loop()
print(three.run_until_complete(work("three")) is three, three.is_closed())
three.close()
print(three.is_closed())
