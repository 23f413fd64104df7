#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The other end of CRI's Attach and Exec, as kubectl has it: cri_stream.py URL INPUT [COLUMNSxLINES].

Sends the window's size and then INPUT, prints what comes until the server closes, and on standard error what it says
of the command's end, as JSON. The first byte of a message is its channel (Kubernetes' v4.channel.k8s.io).
"""
import json
import sys

import websocket

STDIN, STDOUT, STDERR, ERROR, RESIZE = range(5)


def main(url, text, size=None):
    stream = websocket.create_connection(url.replace("http://", "ws://", 1), timeout=30, subprotocols=["v4.channel.k8s.io"])
    if size:
        columns, lines = map(int, size.split("x"))
        stream.send_binary(bytes([RESIZE]) + json.dumps({"Width": columns, "Height": lines}).encode())
    stream.send_binary(bytes([STDIN]) + text.encode())
    while message := stream.recv():
        out = sys.stderr if message[0] == ERROR else sys.stdout
        out.write(message[1:].decode())
        out.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
