# A loop of one's own: asyncio's, with a call_soon that keeps a diary.
import asyncio


class Diary(asyncio.SelectorEventLoop):
    def call_soon(self, callback, *args, context=None):
        self.written = getattr(self, "written", 0) + 1
        return super().call_soon(callback, *args, context=context)


async def tick():
    print("tick")
    await asyncio.sleep(0)
    print("tock")


async def main():
    await tick()
    loop = asyncio.get_running_loop()
    print(type(loop).__name__, "has written", loop.written)


with asyncio.Runner(loop_factory=Diary) as runner:
    runner.run(main())
