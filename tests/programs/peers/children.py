"""What a child process finds: its streams, signals, descriptors, name and environment.

And how it is told that one could not be started.
"""
import os
import subprocess
import tempfile

SHELL = '/bin/sh'


def shell(text, **more):
    run = subprocess.run([SHELL, '-c', text], capture_output=True, text=True, **more)
    return run.returncode, run.stdout, run.stderr


print(shell('cat; echo out; echo err >&2; exit 3', input='given\n'))
print(subprocess.run(['echo', 'found by its name'], capture_output=True).stdout)
print(subprocess.run(['its own name', '-c', 'echo $0'], executable=SHELL, capture_output=True).stdout)
print(subprocess.run([SHELL, '-c', 'echo both; echo both >&2'], stdout=subprocess.PIPE,
                     stderr=subprocess.STDOUT).stdout)

# Signals are as they are for any program: none is ignored, none is blocked. (The C library keeps
# 32 and 33 for itself.)
told = subprocess.run(['grep', '-E', 'Sig(Ign|Blk)', '/proc/self/status'], capture_output=True).stdout
print([int(mask, 16) & 0x7fff_ffff for mask in told.split()[1::2]])

# Nothing that this process has open goes to the child, unless it is passed on.
listed = 'test -e /proc/self/fd/77 && echo there || echo not there'
with tempfile.TemporaryFile() as file:
    os.dup2(file.fileno(), 77)
    print(shell(listed)[1])
    os.set_inheritable(77, True)
    print(shell(listed)[1], shell(listed, pass_fds=[77])[1], shell(listed, close_fds=False)[1])
    os.close(77)

# The environment, with what was put into it since the start.
os.environ['ADDED'] = 'later'
print(shell('echo $ADDED'), shell('echo $ADDED', env={'ADDED': 'given'}))
with tempfile.TemporaryDirectory() as folder:
    print(shell('pwd', cwd=folder)[1].strip() == os.path.realpath(folder))
    text = os.path.join(folder, 'no-program')
    with open(text, 'w') as file:
        file.write('no program\n')
    for wrong in (os.path.join(folder, 'missing'), text, folder, 'there-is-no-such-command'):
        try:
            subprocess.run([wrong])
        except OSError as error:
            print(type(error).__name__, error.errno, error.filename.endswith(os.path.basename(wrong)))
    try:
        subprocess.run([SHELL, '-c', 'true'], cwd=text)
    except OSError as error:
        print(type(error).__name__, error.errno, error.filename == text)
print(subprocess.run([SHELL, '-c', 'kill -9 $$']).returncode)
print(subprocess.run([SHELL, '-c', 'test $(ps -o sid= $$) != 0'], start_new_session=True).returncode)
