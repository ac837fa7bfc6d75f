"""Run the parts of `./dev test` side by side, and show each as a whole.

Arguments: how many may run at a time, the directory for the files of this run, then
for each part `--part NAME COMMAND ...`. What a part prints goes to a file, which is
shown when the part ended: at once if it passed, after all others if it failed. Leaves
`NAME.status`, the exit code, in the directory.

Ctrl-C and SIGTERM end every part as Ctrl-C would end it alone.
"""

import os
import pathlib
import signal
import subprocess
import sys
import time

# What pytest gets to clean up in, before it is killed.
SECONDS_TO_END = 30
SECONDS_BETWEEN_LINES = 60


def say(text):
    print(f"dev: {text}", file=sys.stderr, flush=True)


class Part:
    """A command, and how far it came."""

    def __init__(self, name, command, directory):
        self.name = name
        self.command = command
        self.log = directory / f"{name}.log"
        self.progress = directory / f"{name}.progress"
        self.status_file = directory / f"{name}.status"
        self.process = None
        self.started = None
        self.done = 0
        self.total = "?"
        self.failed = []

    def start(self):
        say(f"tests of '{self.name}' ...")
        self.started = time.monotonic()
        self.progress.unlink(missing_ok=True)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | {"DEV_PROGRESS": str(self.progress)},
                # Of its own, so that one Ctrl-C arrives once.
                start_new_session=True,
            )

    def is_running(self):
        return self.process is not None and self.process.returncode is None

    def has_ended(self):
        """Look whether it ended; True only the first time."""
        return self.is_running() and self.process.poll() is not None

    def read_progress(self):
        """Return the tests that failed since the last time."""
        known = len(self.failed)
        if self.progress.exists():
            lines = self.progress.read_text(encoding="utf-8").splitlines()
            words = [line.partition(" ") for line in lines]
            self.done = sum(word == "done" for word, _space, _rest in words)
            self.failed = [rest for word, _space, rest in words if word == "failed"]
            self.total = next(
                (rest for word, _space, rest in words if word == "total"), self.total
            )
        return self.failed[known:]

    def describe(self):
        return f"{self.name} {self.done} of {self.total}"

    def finish(self):
        self.status_file.write_text(str(self.process.returncode))

    def show(self):
        sys.stdout.flush()
        sys.stdout.buffer.write(self.log.read_bytes())
        sys.stdout.flush()

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)


class Display:
    """One line that is rewritten, or on no terminal a line now and then."""

    def __init__(self):
        self.is_terminal = sys.stderr.isatty()
        self.started = self.shown = time.monotonic()

    def show(self, parts):
        now = time.monotonic()
        if now - self.shown < (1 if self.is_terminal else SECONDS_BETWEEN_LINES):
            return
        self.shown = now
        line = ", ".join(part.describe() for part in parts)
        line = f"{now - self.started:.0f} s: {line}"
        if self.is_terminal:
            print(f"\r\033[Kdev: {line}", end="", file=sys.stderr, flush=True)
        else:
            say(line)

    def clear(self):
        if self.is_terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


class Conductor:
    def __init__(self, slots, parts):
        self.slots = slots
        self.parts = parts
        self.waiting = list(parts)
        self.held_back = []
        self.display = Display()
        self.parent = os.getppid()
        self.stop_asked = False

    def ask_to_stop(self, *_arguments):
        self.stop_asked = True

    def get_running(self):
        return [part for part in self.parts if part.is_running()]

    def run(self):
        """Run all parts; return whether they came to an end by themselves."""
        while self.waiting or self.get_running():
            # A `dev` that was killed is not there to say so.
            self.stop_asked |= os.getppid() != self.parent
            if self.stop_asked:
                self.stop()
                break
            while self.waiting and len(self.get_running()) < self.slots:
                self.waiting.pop(0).start()
            time.sleep(0.2)
            self.look()
        self.display.clear()
        for part in self.held_back:
            part.show()
        return not self.stop_asked

    def look(self):
        """Tell what failed, and show what ended."""
        running = self.get_running()
        for part in running:
            ended = part.has_ended()
            for test in part.read_progress():
                self.display.clear()
                say(f"{part.name}: failed: {test}")
            if ended:
                self.end(part)
        self.display.show(self.get_running())

    def end(self, part):
        self.display.clear()
        part.finish()
        say(f"tests of '{part.name}': {time.monotonic() - part.started:.1f} s")
        if part.process.returncode:
            self.held_back.append(part)
        else:
            part.show()

    def stop(self):
        self.waiting.clear()
        running = self.get_running()
        for part in running:
            part.interrupt()
        deadline = time.monotonic() + SECONDS_TO_END
        while self.get_running() and time.monotonic() < deadline:
            time.sleep(0.1)
            for part in running:
                part.has_ended()
        for part in self.get_running():
            part.kill()
            part.process.wait()
        for part in running:
            self.end(part)


def read_parts(arguments, directory):
    """Return the parts of ``--part NAME COMMAND ... --part NAME COMMAND ...``."""
    parts = []
    for word in arguments:
        if word == "--part":
            parts.append([])
        else:
            parts[-1].append(word)
    return [Part(name, command, directory) for name, *command in parts]


def main():
    directory = pathlib.Path(sys.argv[2])
    conductor = Conductor(int(sys.argv[1]), read_parts(sys.argv[3:], directory))
    signal.signal(signal.SIGINT, conductor.ask_to_stop)
    signal.signal(signal.SIGTERM, conductor.ask_to_stop)
    if not conductor.run():
        sys.exit(130)


if __name__ == "__main__":
    main()
