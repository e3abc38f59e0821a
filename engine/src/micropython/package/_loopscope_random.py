"""The numbers of a board: those of the generator yasmarang, so that a program that seeds it gets here what
it gets there."""

from _loopscope_data import floating, whole

_MASK = 0xffff_ffff
# How many bits of a float are behind its point.
_FRACTION = 52


class Generator:
    def __init__(self, seed):
        self.seed(seed)

    def seed(self, seed):
        self.pad = seed & _MASK
        self.n, self.d, self.dat = 69, 233, 0

    def next(self):
        """32 bits."""
        pad = self.pad + self.dat + self.d * self.n & _MASK
        pad = (pad << 3) + (pad >> 29) & _MASK
        self.pad, self.n = pad, pad | 2
        self.d ^= (pad << 31) + (pad >> 1) & _MASK
        self.dat ^= (pad ^ self.d >> 8 ^ 1) & 0xff
        return (pad ^ self.d << 5 ^ pad >> 18 ^ self.dat << 1) & _MASK

    def below(self, limit):
        bits = limit.bit_length()
        while True:
            number = self.next()
            # With more than 32 bits a board never ends.
            for _ in range(32, bits, 32):
                number = number << 32 | self.next()
            number &= (1 << bits) - 1
            if number < limit:
                return number


def change(module):
    """Puts the generator in the place of the library's, whose other functions a board has not."""
    usual = module.getrandbits
    generator = Generator(usual(32))

    def seed(number=None):
        generator.seed(usual(32) if number is None else whole(number))

    def getrandbits(count):
        count = whole(count)
        if not 0 <= count <= 32:
            raise ValueError('bits must be 32 or less')
        return generator.next() & (1 << count) - 1 if count else 0

    def randrange(start, stop=None, step=1):
        start, step = whole(start), whole(step)
        if stop is None:
            start, stop = 0, start
        width = whole(stop) - start
        if step > 0:
            count = (width + step - 1) // step
        elif step < 0:
            count = (width + step + 1) // step
        else:
            raise ValueError
        if count <= 0:
            raise ValueError
        return start + step * generator.below(count)

    def randint(first, last):
        first, last = whole(first), whole(last)
        if first > last:
            raise ValueError
        return first + generator.below(last - first + 1)

    def choice(sequence):
        count = len(sequence)
        if not count:
            raise IndexError
        return sequence[generator.below(count)]

    def random():
        bits = generator.next() << 32 | generator.next()
        return (bits & (1 << _FRACTION) - 1) / (1 << _FRACTION)

    def uniform(first, last):
        first, last = floating(first), floating(last)
        return first + (last - first) * random()

    functions = seed, getrandbits, randrange, randint, choice, random, uniform
    for name in module.__all__:
        if name not in ('Random', 'SystemRandom'):
            delattr(module, name)
    for function in functions:
        setattr(module, function.__name__, function)
