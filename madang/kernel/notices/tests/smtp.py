"""A mail server of a few lines, that answers as told."""

import socketserver
import threading
from contextlib import contextmanager


@contextmanager
def mail_server(*, recipient="250 OK", data="250 OK queued", hang_up=False):
    """Yields (port, the texts received). `hang_up`: the line goes dead after the text."""
    received = []

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line):
            self.wfile.write(line.encode() + b"\r\n")

        def handle(self):
            self.say("220 ready")
            while line := self.rfile.readline():
                word = line.split()[0].upper() if line.split() else b""
                if word in (b"EHLO", b"HELO", b"MAIL", b"RSET"):
                    self.say("250 OK")
                elif word == b"RCPT":
                    self.say(recipient)
                elif word == b"DATA":
                    self.say("354 go on")
                    text = b""
                    while not text.endswith(b"\r\n.\r\n"):
                        text += self.rfile.readline()
                    received.append(text.decode())
                    if hang_up:
                        return
                    self.say(data)
                elif word == b"QUIT":
                    self.say("221 bye")
                    return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        yield server.server_address[1], received
        server.shutdown()
