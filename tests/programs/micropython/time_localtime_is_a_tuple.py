# Localtime() and gmtime() give plain tuples.
import time

t = time.gmtime(86400 * 59 + 3661)
print(type(t), t[:8])
print("%04d-%02d-%02d" % t[:3], t[:6] == (1970, 3, 1, 1, 1, 1))
