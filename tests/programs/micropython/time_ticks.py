# ticks wrap around: sums and differences stay right across the highest value.
import time

top = time.ticks_add(0, -1)
print(top > 0)
print(time.ticks_add(top, 1), time.ticks_add(top, 6))
print(time.ticks_diff(0, top), time.ticks_diff(top, 0))
print(time.ticks_diff(time.ticks_add(top, 100), top))
print(time.ticks_diff(time.ticks_add(5, -10), 5))
half = top // 2 + 1
print(time.ticks_diff(half, 0) < 0, time.ticks_diff(half - 1, 0) > 0)
now = time.ticks_ms()
time.sleep_ms(30)
passed = time.ticks_diff(time.ticks_ms(), now)
print(30 <= passed < 300)
now = time.ticks_us()
time.sleep_us(3000)
passed = time.ticks_diff(time.ticks_us(), now)
print(3000 <= passed < 300000)
