# After `random.seed(n)` the numbers are a board's, and there are only a board's functions.
import random

random.seed(7)
for _ in range(3):
    print(random.getrandbits(32), random.getrandbits(7), random.random(), random.uniform(-1, 1),
          random.randint(-5, 5), random.randrange(10), random.randrange(3, 9),
          random.randrange(0, 100, 7), random.randrange(10, 0, -3), random.choice("abc"))
for seed in (0, -1, 1 << 40):
    random.seed(seed)
    print(random.getrandbits(16), random.getrandbits(0))
for wrong in (
    lambda: random.getrandbits(33),
    lambda: random.randrange(0),
    lambda: random.randrange(5, 1),
    lambda: random.randint(2, 1),
    lambda: random.choice([]),
    lambda: random.seed("a"),
    lambda: random.shuffle([1, 2]),
    lambda: random.sample([1, 2], 1),
):
    try:
        print(wrong())
    except Exception as e:
        print(repr(e))
random.seed()
print(0 <= random.random() < 1, random.randrange(3) in range(3))
