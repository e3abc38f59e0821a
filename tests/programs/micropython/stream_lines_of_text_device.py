# A device that gives str: readline() gives bytes all the same.
import asyncio, io


class Keys(io.IOBase):
    text = "hi\nyou\n"

    def ioctl(self, request, flags):
        return flags & 1 if request == 3 else 0

    def readline(self):
        key, self.text = self.text[:1], self.text[1:]
        return key


async def main():
    r = asyncio.StreamReader(Keys())
    print(await r.readline())
    print((await r.readline()).decode())


asyncio.run(main())
