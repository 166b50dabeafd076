"""Many requests from wrk, counted exactly: every answer, and every request that failed.

    with Wrk(site.port, PAGES) as load:
        ...                                     load.running() is true while requests are sent
    load.result.requests, load.result.failed    after the block

A request has failed when its connection broke, when its answer was cut off, or when its status is 400 or more.  Requests
that are under way at the end are not counted."""
import json
import signal
import subprocess
import tempfile
from pathlib import Path

SCRIPT = """
local lines = {%s}
local requests, next = {}, 0
init = function()
  for i, line in ipairs(lines) do
    requests[#requests + 1] = wrk.format("GET", line)
    requests[#requests + 1] = wrk.format("GET", line, {["Accept-Encoding"] = "gzip"})
  end
  next = math.random(#requests)
end
request = function()
  next = next %% #requests + 1
  return requests[next]
end
done = function(summary, latency, _)
  local e = summary.errors
  io.write(string.format('RESULT {"requests": %%d, "seconds": %%.3f, "connect": %%d, "read": %%d, "write": %%d, "status": %%d,'
    .. ' "timeout": %%d, "p50_ms": %%.2f, "p99_ms": %%.2f, "longest_ms": %%.2f}\\n', summary.requests, summary.duration / 1e6,
    e.connect, e.read, e.write, e.status, e.timeout, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3))
end
"""


class Result:
    def __init__(self, counts):
        self.__dict__.update(counts)
        self.failed = self.connect + self.read + self.write + self.status

    def __str__(self):
        return (f"{self.failed} of {self.requests} requests failed ({self.connect} connections refused, {self.read} broken or cut off,"
                f" {self.write} not sent, {self.status} with status 400 or more) in {self.seconds:.1f} s,"
                f" {self.requests / self.seconds:.0f} a second; median {self.p50_ms} ms, p99 {self.p99_ms} ms, longest {self.longest_ms} ms")


class Wrk:
    def __init__(self, port, paths, connections=32):
        self.folder = tempfile.TemporaryDirectory(prefix="dp-w-")
        script = Path(self.folder.name) / "requests.lua"
        script.write_text(SCRIPT % ", ".join(f'"{path}"' for path in paths))
        self.argv = ["wrk", "-t1", f"-c{connections}", "-d", "24h", "--timeout", "60s", "-s", str(script), f"http://127.0.0.1:{port}"]
        self.result = None

    def __enter__(self):
        self.process = subprocess.Popen(self.argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return self

    def running(self):
        return self.process.poll() is None

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        try:
            said, _ = self.process.communicate(timeout=90)
        finally:
            self.process.kill()
            self.folder.cleanup()
        lines = [line for line in said.splitlines() if line.startswith("RESULT ")]
        assert lines, said
        self.result = Result(json.loads(lines[0].removeprefix("RESULT ")))
