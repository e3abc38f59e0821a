"""A timer's time is the object that was given; a handle made by hand asks its loop for debug mode."""
import asyncio
from fractions import Fraction


class Loop:
    def get_debug(self):
        return True

    def _timer_handle_cancelled(self, handle):
        print('told')


for when in (123, 1.5, Fraction(1, 3), True):
    print(repr(asyncio.TimerHandle(when, print, (), Loop()).when()))
handle = asyncio.TimerHandle(123, print, (), Loop())
print('created at' in repr(handle), handle < asyncio.TimerHandle(124, print, (), Loop()))
loop = asyncio.new_event_loop()
print(repr(loop.call_at(7, print).when()))
loop.close()
