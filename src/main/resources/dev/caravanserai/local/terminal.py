# Runs a program on a pseudo terminal, which is connected to stdin and stdout. SIGWINCH makes it read the size file.
# Descriptor 3 of the program is this process's stderr.
import fcntl, os, select, signal, struct, sys, termios

size_file, argv = sys.argv[1], sys.argv[2:]
master, slave = os.openpty()


def resize(*_):
    try:
        cols, rows = map(int, open(size_file).read().split())
        fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
    except (OSError, ValueError):
        pass


signal.signal(signal.SIGWINCH, resize)
resize()
pid = os.fork()
if pid == 0:
    os.close(master)
    os.dup2(2, 3)
    for fd in (0, 1, 2):
        os.dup2(slave, fd)
    os.execvp(argv[0], argv)
os.close(slave)
os.set_blocking(master, False)
stdin, pending = [0], b""
while True:
    # Input is sent as far as the terminal accepts it, because the program may wait until its output is read.
    ready, writable, _ = select.select([master] + ([] if pending else stdin), [master] if pending else [], [])
    if writable:
        try:
            pending = pending[os.write(master, pending):]
        except BlockingIOError:
            pass
        except OSError:
            pending = b""
    if master in ready:
        try:
            data = os.read(master, 65536)
        except OSError:
            data = b""
        if not data:
            break
        while data:
            data = data[os.write(1, data):]
    if 0 in ready:
        pending = os.read(0, 65536)
        if not pending:
            stdin, pending = [], b"\x04"
status = os.waitpid(pid, 0)[1]
os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
