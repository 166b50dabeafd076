"""A MySQL server that refuses: it answers every login, or every statement after the login, with one error.

    with ErrorServer(folder / "m.sock", 1047, "08S01", "WSREP has not yet prepared node", login=False) as server: ...

It speaks the protocol's handshake (version 10, mysql_native_password), accepts any password, and says OK to SET."""
import socket
import struct
import threading


def packet(number, payload):
    return struct.pack("<I", len(payload))[:3] + bytes([number]) + payload


GREETING = (b"\x0a" + b"5.5.5-10.11.6-MariaDB\0" + struct.pack("<I", 7) + b"12345678\0" + struct.pack("<H", 0xA20F) + b"\x2d"
            + struct.pack("<H", 2) + struct.pack("<H", 0x0008) + b"\x15" + b"\0" * 10 + b"123456789012\0" + b"mysql_native_password\0")
OK = b"\0\0\0\x02\0\0\0"


class ErrorServer:
    def __init__(self, path, number, state="HY000", message="the scripted message", login=True):
        self.login, self.statements = login, []
        self.error = b"\xff" + struct.pack("<H", number) + b"#" + state.encode() + message.encode()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen(64)

    def __enter__(self):
        threading.Thread(target=self.run, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.close()

    def run(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(peer,), daemon=True).start()

    @staticmethod
    def read(stream):
        head = stream.read(4)
        return (head[3], stream.read(int.from_bytes(head[:3], "little"))) if len(head) == 4 else (0, b"")

    def talk(self, peer):
        stream = peer.makefile("rwb")
        try:
            stream.write(packet(0, GREETING))
            stream.flush()
            number, _ = self.read(stream)
            stream.write(packet(number + 1, self.error if self.login else OK))
            stream.flush()
            while not self.login:
                _, command = self.read(stream)
                if not command or command[:1] == b"\x01":
                    break
                self.statements.append(command[1:].decode())
                stream.write(packet(1, OK if command[1:4] == b"SET" else self.error))
                stream.flush()
        except OSError:
            pass
        finally:
            stream.close()
            peer.close()
