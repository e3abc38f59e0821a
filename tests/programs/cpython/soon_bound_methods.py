# Anything that can be called is a callback: methods, classes, lambdas, objects with __call__.
import asyncio

loop = asyncio.new_event_loop()


class Counter:
    def __init__(self, start=0):
        self.value = start
        print("made with", start)

    def add(self, amount):
        self.value += amount
        print("value is", self.value)

    def __call__(self):
        print("called at", self.value)


counter = Counter(10)
loop.call_soon(counter.add, 5)
loop.call_soon(counter)
loop.call_soon(Counter, 99)
loop.call_soon(lambda: print("a lambda"))
loop.call_soon([].append, 1)
loop.call_soon(loop.stop)
loop.run_forever()
loop.close()
