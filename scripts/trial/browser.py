"""A real browser, driven by a few of its own messages over a pair of pipes.

Chrome DevTools Protocol: JSON messages that end with a zero byte, on the file
descriptors 3 and 4 (`--remote-debugging-pipe`). Nothing is downloaded.
"""

import base64
import fcntl
import json
import os
import select
import subprocess
import time

FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-pipe",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
         "--disable-dev-shm-usage", "about:blank"]
PATIENCE_S = 60


class Browser:
    def __init__(self, program, profile):
        down, up = os.pipe(), os.pipe()
        # Out of the way of 3 and 4, which the shell puts them on.
        theirs = [fcntl.fcntl(fd, fcntl.F_DUPFD, 20) for fd in (down[0], up[1])]
        os.close(down[0])
        os.close(up[1])
        self.write, self.read, self.held, self.events, self.last = down[1], up[0], b"", [], 0
        line = f'exec "$0" "$@" 3<&{theirs[0]} 4>&{theirs[1]}'
        self.process = subprocess.Popen(
            ["bash", "-c", line, program, f"--user-data-dir={profile}", *FLAGS], pass_fds=theirs,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for fd in theirs:
            os.close(fd)

    def close(self):
        self.process.terminate()
        self.process.wait()

    def _message(self, until):
        while b"\0" not in self.held:
            ready, _, _ = select.select([self.read], [], [], max(0, until - time.monotonic()))
            part = os.read(self.read, 1 << 20) if ready else b""
            if not part:
                raise TimeoutError("the browser does not answer")
            self.held += part
        message, self.held = self.held.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, session=None, **parameters):
        self.last += 1
        message = {"id": self.last, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.write, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + PATIENCE_S
        while True:
            answer = self._message(until)
            if answer.get("id") == self.last:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            if "method" in answer:
                self.events.append(answer)


class Page:
    """One tab, whose requests are noted."""

    def __init__(self, browser):
        self.browser = browser
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "DOM"):
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def open(self, path):
        self.call("Page.navigate", url=path.resolve().as_uri())

    def ask(self, script):
        """The value of an expression in the page."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait(self, script, seconds=PATIENCE_S):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            value = self.ask(script)
            if value:
                return value
            time.sleep(0.05)
        return None

    def choose(self, path):
        """Gives a file to the page's chooser, as a person would."""
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector="input[type=file]")["nodeId"]
        self.call("DOM.setFileInputFiles", files=[str(path.resolve())], nodeId=node)

    def width(self, pixels):
        self.call("Emulation.setDeviceMetricsOverride", width=pixels, height=900, deviceScaleFactor=1, mobile=pixels < 600)

    def picture(self):
        return base64.b64decode(self.call("Page.captureScreenshot", captureBeyondViewport=True)["data"])

    def printed(self):
        """The page on paper, as its own style says."""
        return base64.b64decode(self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"])

    def requests(self):
        """Addresses that were asked for, by this page or any other."""
        self.ask("1")
        noted = [event for event in self.browser.events if event["method"] == "Network.requestWillBeSent"]
        return [event["params"]["request"]["url"] for event in noted]
