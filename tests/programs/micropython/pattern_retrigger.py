# A delay that can be triggered anew: each trigger cancels the task of the one before.
import asyncio


class Delay:
    def __init__(self):
        self.task = None

    def trigger(self, ms, callback):
        if self.task:
            self.task.cancel()
        self.task = asyncio.create_task(self.run(ms, callback))

    async def run(self, ms, callback):
        await asyncio.sleep_ms(ms)
        self.task = None
        callback()


async def main():
    delay = Delay()
    for number in range(3):
        delay.trigger(60, lambda: print("fired after trigger", number))
        await asyncio.sleep_ms(30)
    print("three triggers")
    await asyncio.sleep_ms(60)
    delay.trigger(30, lambda: print("fired once more"))
    await asyncio.sleep_ms(60)
    print(delay.task)


asyncio.run(main())
