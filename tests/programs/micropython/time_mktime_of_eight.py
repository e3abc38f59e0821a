# Mktime() takes the eight numbers that a board's localtime() has, brings them in range, and gives an int.
import time

print(time.mktime((2024, 2, 29, 12, 0, 0, 0, 0)))
print(time.mktime((2024, 1, 35, 25, 61, 0, 0, 0)))
print(time.mktime(time.gmtime(86400 * 366)))
