#!/usr/bin/python3
"""Traffic for DetectionTests: detect_traffic.py KIND HOST PORT SECONDS [SERVED FIRST LAST]."""
import random
import socket
import sys
import threading
import time

kind, host, port, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
end = time.time() + seconds
random.seed(7)


def connect(to=None, wait=2.0):
    s = socket.socket()
    s.settimeout(wait)
    s.connect((host, to or port))
    return s


def call(method, path):
    try:
        with connect() as s:
            s.sendall(f"{method} {path} HTTP/1.1\r\nHost: orders\r\nConnection: close\r\n\r\n".encode())
            while s.recv(4096):
                pass
    except OSError:
        pass


def normal():
    """Calls at uneven distances; now and then a burst of ten times the rate, a wrong path, a mistyped password."""
    while time.time() < end:
        burst = random.random() < 0.1
        for _ in range(20 if burst else 2):
            roll = random.random()
            call("GET", "/missing" if roll < 0.05 else "/login" if roll < 0.07 else f"/orders/{random.randrange(1000)}")
        time.sleep(random.expovariate(4))


def flood():
    def work():
        while time.time() < end:
            call("GET", "/orders/1")
    threads = [threading.Thread(target=work) for _ in range(16)]
    [t.start() for t in threads]
    [t.join() for t in threads]


def slow():
    """Slowloris: headers that never end, a line every two seconds."""
    held = []
    for _ in range(80):
        s = connect()
        s.sendall(b"GET /orders/1 HTTP/1.1\r\nHost: orders\r\n")
        held.append(s)
    while time.time() < end:
        time.sleep(2)
        for s in held:
            try:
                s.sendall(b"X-a: b\r\n")
            except OSError:
                pass
    [s.close() for s in held]


def scan():
    for to in range(20000, 20000 + 300):
        try:
            connect(to, wait=0.2).close()
        except OSError:
            pass
        if time.time() > end:
            break


def guess():
    while time.time() < end:
        call("POST", "/login")
        time.sleep(0.05)


globals()[kind]()
