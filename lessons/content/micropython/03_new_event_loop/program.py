# new_event_loop() makes no second loop: it empties the one that there is.
import asyncio


async def blink():
    for number in range(3):
        print("blink", number)
        await asyncio.sleep_ms(100)


async def main(name, ms):
    await asyncio.sleep_ms(ms)
    print(name, "is done")


loop = asyncio.get_event_loop()
loop.create_task(blink())
loop.run_until_complete(main("first", 150))
other = asyncio.new_event_loop()
print("the same loop:", other is loop)
loop.run_until_complete(main("second", 250))
