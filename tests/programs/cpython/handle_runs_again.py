"""A handle made by hand keeps its callback: whoever has it may run it again."""
import asyncio

loop = asyncio.new_event_loop()
handle = asyncio.Handle(print, ('by hand',), loop)
for _ in range(3):
    handle._run()
print(handle._args)


class Counter:
    count = 0

    def up(self, by):
        self.count += by
        print('up to', self.count)


counter = Counter()
timer = asyncio.TimerHandle(loop.time() + 1, counter.up, (2,), loop)
timer._run()
timer._run()
timer.cancel()
timer._scheduled = False
loop._add_callback(handle)
loop._add_callback(handle)
loop.call_soon(loop.stop)
loop.run_forever()
loop.close()
