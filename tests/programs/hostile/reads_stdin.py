# A program that reads its standard input, which may be empty.
# ends: code 0
import sys

lines = sys.stdin.read().splitlines()
print("lines read:", len(lines))
