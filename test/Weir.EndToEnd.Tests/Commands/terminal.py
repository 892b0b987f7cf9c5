#!/usr/bin/env python3
"""A person at a terminal: `terminal.py STEPS COMMAND…` runs the command on a pseudo-terminal of its own (pty(7)). STEPS is JSON, a list of
[text to wait for, keys to type]; typing begins the moment the text is there. Prints all that the terminal showed; ends as the command did."""
import json, os, pty, select, signal, sys, time

steps, command = json.loads(sys.argv[1]), sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    # A shell in the background ignores it, and so would all that it starts.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execvp(command[0], command)

shown, place, deadline = b"", 0, time.monotonic() + 90


def read():
    """False when the command has ended."""
    global shown
    if time.monotonic() > deadline:
        os.kill(pid, signal.SIGKILL)
        sys.stdout.write(f"out of time; shown so far: {shown.decode(errors='replace')}")
        sys.exit(99)
    if not select.select([terminal], [], [], 0.5)[0]:
        return True
    try:
        chunk = os.read(terminal, 4096)
    except OSError:  # Linux tells the end of a pseudo-terminal as EIO.
        return False
    shown += chunk
    return len(chunk) > 0


for text, keys in steps:
    while (at := shown.find(text.encode(), place)) < 0 and read():
        pass
    if at < 0:
        break
    place = at + len(text.encode())
    # Pasted and typed: half at once, the rest key by key.
    os.write(terminal, keys[: len(keys) // 2].encode())
    for key in keys[len(keys) // 2 :]:
        time.sleep(0.005)
        os.write(terminal, key.encode())
while read():
    pass
status = os.waitpid(pid, 0)[1]
sys.stdout.write(shown.decode(errors="replace"))
sys.exit(os.waitstatus_to_exitcode(status) & 0xFF)
