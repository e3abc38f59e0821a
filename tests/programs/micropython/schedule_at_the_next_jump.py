# A function given to schedule() does not run before the next jump in the program.
import micropython, time


def later(x):
    print("later", x)


micropython.schedule(later, 1)
print("given")
time.sleep_ms(1)
print("slept")
