"""Start, make a loop, end: what every program pays."""
from measure import new_loop, report

new_loop().close()
report("start", 1)
