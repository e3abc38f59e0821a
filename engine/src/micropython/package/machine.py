"""A stand-in for a board's `machine`: pins whose levels one can set, and timers that run.

There is no hardware. A pin keeps the level that it was given; `Pin(4).level(1)`, typed as an
expression where the program is held, does what somebody outside would do, and calls the pin's
interrupt. Timers call back by the clock of the machine that this runs on.
"""

import _thread
import sys
import time

import micropython

PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET = 1, 2, 3, 4, 5
IDLE, SLEEP, DEEPSLEEP = 1, 2, 4


class Pin:
    """A pin: its number or name, and the level that it has."""

    IN, OUT, OPEN_DRAIN, ALT, ANALOG = 0, 1, 2, 3, 4
    PULL_UP, PULL_DOWN = 1, 2
    IRQ_RISING, IRQ_FALLING, IRQ_LOW_LEVEL, IRQ_HIGH_LEVEL = 1, 2, 4, 8
    _pins = {}

    def __new__(cls, id, *args, **options):
        # A pin is one thing, however often it is named.
        pin = cls._pins.get(id)
        if pin is None:
            pin = cls._pins[id] = super().__new__(cls)
            pin._id, pin._level, pin._mode, pin._pull = id, 0, cls.IN, None
            pin._handler, pin._trigger, pin._hard = None, 0, False
        return pin

    def __init__(self, id, mode=-1, pull=-1, *, value=None, drive=0, alt=-1):
        self.init(mode, pull, value=value)

    def init(self, mode=-1, pull=-1, *, value=None, drive=0, alt=-1):
        if mode != -1 and mode is not None:
            self._mode = mode
        if pull != -1:
            self._pull = pull
            if value is None and self._mode == self.IN and pull is not None:
                value = 1 if pull == self.PULL_UP else 0
        if value is not None:
            self._level = 1 if value else 0

    def value(self, level=None):
        if level is None:
            return self._level
        self._set(level)

    __call__ = value

    def on(self):
        self._set(1)

    def off(self):
        self._set(0)

    high, low = on, off

    def toggle(self):
        self._set(not self._level)

    def mode(self, mode=None):
        if mode is None:
            return self._mode
        self._mode = mode

    def pull(self, pull=-1):
        if pull == -1:
            return self._pull
        self._pull = pull

    def irq(self, handler=None, trigger=IRQ_FALLING | IRQ_RISING, *, priority=1, wake=None,
            hard=False):
        self._handler, self._trigger, self._hard = handler, trigger, hard
        return self

    def level(self, level):
        """What somebody outside does: the pin has that level from now on."""
        self._set(level)

    def _set(self, level):
        before, self._level = self._level, 1 if level else 0
        edge = (0, self.IRQ_RISING, self.IRQ_FALLING)[(self._level - before) % 3]
        if self._handler is not None and edge & self._trigger:
            if self._hard:
                self._handler(self)
            else:
                micropython.schedule(self._handler, self)

    def __repr__(self):
        mode = {self.IN: 'IN', self.OUT: 'OUT', self.OPEN_DRAIN: 'OPEN_DRAIN'}.get(self._mode, self._mode)
        return f'Pin({self._id!r}, mode={mode})'


class Signal:
    """A pin with the sense of it turned round, if that is asked for."""

    def __init__(self, pin, *args, invert=False, **options):
        self._pin = pin if isinstance(pin, Pin) else Pin(pin, *args, **options)
        self._invert = invert

    def value(self, level=None):
        if level is None:
            return self._pin.value() ^ self._invert
        self._pin.value(bool(level) ^ self._invert)

    __call__ = value

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)


class Timer:
    """Calls back once or again and again, from `micropython.schedule`."""

    ONE_SHOT, PERIODIC = 0, 1

    def __init__(self, id=-1, **options):
        self._run = None
        if options:
            self.init(**options)

    def init(self, *, mode=PERIODIC, period=-1, freq=-1, tick_hz=1000, callback=None, hard=False):
        seconds = 1 / freq if freq > 0 else period / tick_hz
        run = self._run = object()

        def count():
            while self._run is run:
                time.sleep(seconds)
                if self._run is not run:
                    return
                if callback is not None:
                    try:
                        micropython.schedule(callback, self)
                    except RuntimeError:
                        # The queue is full: a board drops the call as well.
                        pass
                if mode == self.ONE_SHOT:
                    self._run = None

        _thread.start_new_thread(count, ())

    def deinit(self):
        self._run = None


class ADC:
    """An analogue input that measures what it was given by `set`."""

    def __init__(self, pin, **options):
        self._pin, self._value = pin, 0

    def set(self, value):
        self._value = value

    def read_u16(self):
        return self._value

    def read_uv(self):
        return self._value * 3_300_000 // 65535


class PWM:
    """An output with a frequency and a duty, which are only remembered."""

    def __init__(self, pin, *, freq=0, duty_u16=0, duty_ns=0, invert=False):
        self._freq, self._duty, self._ns = freq, duty_u16, duty_ns

    def freq(self, value=None):
        if value is None:
            return self._freq
        self._freq = value

    def duty_u16(self, value=None):
        if value is None:
            return self._duty
        self._duty = value

    def duty_ns(self, value=None):
        if value is None:
            return self._ns
        self._ns = value

    def init(self, **options):
        for name, value in options.items():
            getattr(self, name)(value)

    def deinit(self):
        pass


class RTC:
    def __init__(self, id=0):
        self._offset = 0

    def datetime(self, fields=None):
        """(year, month, day, weekday, hours, minutes, seconds, subseconds)"""
        if fields is None:
            now = time.localtime(time.time() + self._offset)
            return now[:3] + (now[6],) + now[3:6] + (0,)
        wanted = time.mktime(tuple(fields[:3]) + tuple(fields[4:7]) + (0, 0))
        self._offset = wanted - time.time()


class WDT:
    """A watchdog that never bites."""

    def __init__(self, id=0, timeout=5000):
        pass

    def feed(self):
        pass


def _absent(kind):
    class Absent:
        def __init__(self, *args, **options):
            raise OSError(f'there is no board here, so machine.{kind} reaches nobody')

    Absent.__name__ = Absent.__qualname__ = kind
    return Absent


I2C, SoftI2C, SPI, SoftSPI, UART, I2S, SDCard, DAC = map(
    _absent, 'I2C SoftI2C SPI SoftSPI UART I2S SDCard DAC'.split())

_hertz = [100_000_000]


def freq(hertz=None):
    if hertz is None:
        return _hertz[0]
    _hertz[0] = hertz


def unique_id():
    return b'loopscope'


def reset_cause():
    return PWRON_RESET


def idle():
    time.sleep_ms(1)


def lightsleep(milliseconds=0):
    time.sleep_ms(milliseconds)


def deepsleep(milliseconds=0):
    """A board wakes from it as from a reset; here the program ends."""
    time.sleep_ms(milliseconds)
    sys.exit()


def reset():
    sys.exit()


soft_reset = bootloader = reset


def disable_irq():
    return True


def enable_irq(state=True):
    pass


def time_pulse_us(pin, level, timeout_us=1000000):
    """No pulse ever comes: -2 is what a board gives for that."""
    time.sleep_us(timeout_us)
    return -2


def bitstream(pin, encoding, timing, data):
    pass
