# Output without a newline at its end, in pieces.
# ends: code 0
import asyncio

loop = asyncio.new_event_loop()
for word in ("one ", "two ", "three"):
    loop.call_soon(lambda word=word: print(word, end=""))
loop.call_soon(loop.stop)
loop.run_forever()
