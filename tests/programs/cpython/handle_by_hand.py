"""Handles that a program makes itself: arguments as given, debug mode asked of whatever loop it is."""
import asyncio


class Loop:
    def __init__(self, debug):
        self.debug = debug

    def get_debug(self):
        return self.debug

    def _timer_handle_cancelled(self, handle):
        print('the loop is told')


def callback(*args):
    print('called with', args)


for debug in (False, True):
    args = (1, 2)
    handle = asyncio.Handle(callback, args, Loop(debug))
    print(handle._args is args, bool(handle._source_traceback))
    handle._run()
    handle._run()
    handle.cancel()
    print(handle._args, handle.cancelled())
    shown = repr(handle)
    print(shown.startswith('<Handle cancelled'), 'callback(1, 2)' in shown, 'created at' in shown)
    timer = asyncio.TimerHandle(123, callback, [3], Loop(debug))
    timer._scheduled = True
    print(timer.when(), timer._args, timer._scheduled)
    timer.cancel()
    print(repr(timer).startswith('<TimerHandle cancelled when=123'))
