# Licensed under the Apache License, Version 2.0: see the file LICENSE.
"""The benchmark's side of an engine in Python: one JSON object per line on standard input, one
answer per line on standard output (see README.md)."""

import json
import os
import shutil
import sys
import time
import traceback

import numpy as np


class Texts:
    """The texts [start, end) of a folder with tokens.npy and doclens.json."""

    def __init__(self, folder, start=0, end=None, pieces=False):
        with open(os.path.join(folder, "doclens.json")) as file:
            lengths = json.load(file)
        end = len(lengths) if end is None else end
        if not 0 <= start <= end <= len(lengths):
            raise ValueError(f"there are {len(lengths)} texts only")
        first, last = sum(lengths[:start]), sum(lengths[:end])
        self.lengths = lengths[start:end]
        tokens = np.load(os.path.join(folder, "tokens.npy"), mmap_mode="r")
        self.tokens = np.array(tokens[first:last])
        if pieces:
            with open(os.path.join(folder, "pieces.json")) as file:
                self.pieces = np.array(json.load(file)[first:last], np.uint32)

    def __iter__(self):
        end = 0
        for length in self.lengths:
            start, end = end, end + length
            yield self.tokens[start:end]


class Engine:
    """What a server offers. An engine knows documents by numbers from 0, which go down where a
    document before is deleted, or by numbers that stay."""

    name = None
    version = None
    needs_pieces = False
    numbers_stay = False

    def prepare(self, texts):
        """Documents as the engine takes them; not timed."""
        return texts

    def build(self, documents, folder, options):
        """Writes an index into an empty folder."""
        raise NotImplementedError

    def open(self, folder):
        """Opens an index; returns the number of its documents."""
        raise NotImplementedError

    def query(self, tokens):
        """A query as the engine takes it; not timed."""
        raise NotImplementedError

    def search(self, query, k, params):
        """Numbers of documents, best first."""
        raise NotImplementedError

    def add(self, documents):
        raise NotImplementedError

    def delete(self, numbers):
        raise NotImplementedError


class Server:
    def __init__(self, engine):
        self.engine = engine
        self.queries = None

    def build(self, request):
        texts = self._documents(request)
        folder = self._folder(request)
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        clock = Clock()
        self.engine.build(texts, folder, request.get("options") or {})
        answer = clock.stop()
        answer["bytes"] = sum(
            os.path.getsize(os.path.join(parent, file))
            for parent, _, files in os.walk(folder)
            for file in files
        )
        return answer

    def open(self, request):
        self.queries = None
        clock = Clock()
        size = self.engine.open(self._folder(request))
        # The benchmark's number of each document of the index.
        self.positions = list(range(size))
        self.next_position = size
        texts = Texts(os.path.join(request["data"], "queries"))
        self.queries = [self.engine.query(tokens) for tokens in texts]
        return {"wall_s": clock.stop()["wall_s"], "rss_mb": status_mb("VmRSS")}

    def search(self, request):
        self._require_open()
        start, end = request.get("from", 0), request.get("to", len(self.queries))
        if not 0 <= start <= end <= len(self.queries):
            raise ValueError("no such queries")
        queries = self.queries[start:end]
        k, repeat = request.get("k", 10), request.get("repeat", 1)
        params = request.get("params") or {}
        nanos = [0] * len(queries)
        clock = Clock()
        for _ in range(repeat):
            results = []
            for i, query in enumerate(queries):
                begin = time.perf_counter_ns()
                results.append(self.engine.search(query, k, params))
                nanos[i] += time.perf_counter_ns() - begin
        answer = clock.stop()
        answer["latency_us"] = [n / 1e3 / repeat for n in nanos]
        answer["ids"] = [[self.positions[i] for i in result] for result in results]
        return answer

    def add(self, request):
        self._require_open()
        documents = self._documents(request, request.get("from", 0), request.get("to"))
        clock = Clock()
        self.engine.add(documents)
        answer = clock.stop()
        end = self.next_position + len(documents)
        self.positions.extend(range(self.next_position, end))
        self.next_position = end
        return answer

    def delete(self, request):
        self._require_open()
        numbers = {position: i for i, position in enumerate(self.positions)}
        try:
            deleted = sorted({numbers[position] for position in request["positions"]})
        except KeyError as e:
            raise ValueError(f"no document {e}") from e
        clock = Clock()
        self.engine.delete(deleted)
        answer = clock.stop()
        for number in reversed(deleted):
            if self.engine.numbers_stay:
                self.positions[number] = None
            else:
                del self.positions[number]
        return answer

    def info(self, request):
        return {
            "engine": self.engine.name,
            "version": self.engine.version,
            "rss_peak_mb": status_mb("VmHWM"),
        }

    def _require_open(self):
        if self.queries is None:
            raise ValueError("no index is open")

    def _documents(self, request, start=0, end=None):
        folder = os.path.join(request["data"], "documents")
        return self.engine.prepare(Texts(folder, start, end, self.engine.needs_pieces))

    def _folder(self, request):
        # A folder of its own, so that the driver can keep notes beside it.
        return os.path.join(request["index"], self.engine.name)


class Clock:
    """CPU time of the process and time of day."""

    def __init__(self):
        self.cpu, self.wall = time.process_time_ns(), time.perf_counter_ns()

    def stop(self):
        cpu, wall = time.process_time_ns(), time.perf_counter_ns()
        return {"cpu_s": (cpu - self.cpu) / 1e9, "wall_s": (wall - self.wall) / 1e9}


def status_mb(field):
    """A field of /proc/self/status that is given in kB, in MB."""
    with open("/proc/self/status") as file:
        for line in file:
            name, value = line.split(":", 1)
            if name == field:
                return int(value.split()[0]) / 1024
    raise ValueError(field)


def serve(engine):
    """Answers requests until `quit` or the end of the input."""
    # Whatever else is printed goes to the log.
    output = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    server = Server(engine)
    commands = ("build", "open", "search", "add", "delete", "info")
    for line in sys.stdin:
        if not line.strip():
            continue
        quit = False
        try:
            request = json.loads(line)
            command = request["cmd"]
            quit = command == "quit"
            if quit:
                answer = {}
            elif command in commands:
                answer = getattr(server, command)(request)
            else:
                raise ValueError(f"unknown command {command}")
        except (KeyboardInterrupt, SystemExit):
            raise
        except NotImplementedError:
            answer = {"error": "not supported"}
        # Also panics of Rust, which are no Exception.
        except BaseException as e:
            traceback.print_exc()
            answer = {"error": f"{type(e).__name__}: {e}"}
        print(json.dumps(answer), file=output, flush=True)
        if quit:
            break
