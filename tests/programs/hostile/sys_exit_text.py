# sys.exit with a text: the text goes to standard error and the code is 1.
# ends: code 1
import sys

print("leaving")
sys.exit("a reason to leave")
