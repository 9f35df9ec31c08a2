"""A mail server for benches: takes whatever it is given, on a port that it prints, and keeps nothing.

`python bench/mail_sink.py [SECONDS]`: how long each answer takes. It speaks PIPELINING, as Postfix
and Exim do; ended by end of input.
"""

import asyncio
import sys

EXTENSIONS = "250-sink\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250 8BITMIME\r\n"


async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    writer.write(b"220 sink\r\n")
    while line := await reader.readline():
        command = line[:4].upper()
        if seconds and command != b"RCPT":  # commands that come together are answered together
            await asyncio.sleep(seconds)
        if command == b"DATA":
            writer.write(b"354 go on\r\n")
            await reader.readuntil(b"\r\n.\r\n")
            if seconds:
                await asyncio.sleep(seconds)
            writer.write(b"250 taken\r\n")
        elif command == b"QUIT":
            break
        else:
            writer.write(EXTENSIONS.encode() if command == b"EHLO" else b"250 ok\r\n")
    writer.write(b"221 bye\r\n")
    writer.close()


async def serve(seconds: float) -> None:
    server = await asyncio.start_server(
        lambda reader, writer: talk(reader, writer, seconds), "127.0.0.1", 0, limit=1_000_000
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1]) if sys.argv[1:] else 0.0))
