#!/usr/bin/env python3
"""Opens pages of `gprime page` in a headless Chromium and uses them as a reader does.

    python3 tests/browser/page.py target/debug/gprime [--chromium chromium] [--out target/browser]

Steps through both passes by keyboard, moves sliders, and holds every value and adjoint that the page computes beside what the crate
computes, to 1e-12; the same for every op of the registry at its points. No console error and no request is allowed. Needs Python and
Chromium, and no package: the browser is spoken to over the pipe of its DevTools protocol. Screenshots are left in the folder.
"""

import argparse
import base64
import json
import math
import os
import pathlib
import select
import subprocess
import sys
import tempfile
import time

FLAGS = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
--disable-component-update --disable-sync --disable-dev-shm-usage --hide-scrollbars --remote-debugging-pipe""".split()


class Browser:
    """A Chromium at the other end of a pipe."""

    def __init__(self, program):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        (commands, self.out), (self.into, answers) = os.pipe(), os.pipe()

        def pipes():
            # first out of the way, for one may be where the other belongs
            high = [os.dup2(end, 10 + i) for i, end in enumerate((commands, answers))]
            for end, place in zip(high, (3, 4)):
                os.dup2(end, place)
                os.set_inheritable(place, True)

        self.process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={self.profile.name}", "about:blank"],
            preexec_fn=pipes, close_fds=False, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(commands)
        os.close(answers)
        self.buffer, self.number, self.session, self.events = b"", 0, None, []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def receive(self, until):
        while b"\0" not in self.buffer:
            if not select.select([self.into], [], [], max(0, until - time.monotonic()))[0]:
                raise TimeoutError("the browser does not answer")
            data = os.read(self.into, 1 << 20)
            if not data:
                raise ConnectionError("the browser has gone")
            self.buffer += data
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + 60
        while True:
            answer = self.receive(until)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def js(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["exception"].get("description", expression))
        return answer["result"].get("value")

    def open(self, path):
        self.path = path
        self.events.clear()
        self.call("Page.navigate", url=path.as_uri())
        until = time.monotonic() + 60
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self.receive(until))

    def key(self, name):
        for kind in ("rawKeyDown", "keyUp"):
            code = {"ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Home": 36, "End": 35, "Tab": 9}[name]
            self.call("Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode=code)

    def complaints(self):
        """What the page should not have done: errors, and requests for anything but itself."""
        self.js("0")
        found = []
        for event in self.events:
            method, params = event.get("method"), event.get("params", {})
            if method == "Network.requestWillBeSent" and params["request"]["url"] != self.path.as_uri():
                found.append(f"request for {params['request']['url']}")
            if method == "Runtime.exceptionThrown":
                found.append(params["exceptionDetails"].get("exception", {}).get("description", "exception"))
            if method == "Runtime.consoleAPICalled" or method == "Log.entryAdded":
                found.append(json.dumps(params)[:300])
        return found

    def screenshot(self, path, width=1280, height=900, scheme="light", full=True):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"}])
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=full)
        path.write_bytes(base64.b64decode(shot["data"]))

    def close(self):
        try:
            self.session = None
            self.call("Browser.close")
            self.process.wait(10)
        except Exception:
            self.process.kill()
        self.profile.cleanup()


def number(x):
    return {"inf": math.inf, "-inf": -math.inf, "nan": math.nan, "Infinity": math.inf, "-Infinity": -math.inf, "NaN": math.nan}.get(x, x) \
        if isinstance(x, str) else x


class Suite:
    def __init__(self, gprime, browser, out):
        self.gprime, self.browser, self.out = gprime, browser, out
        self.checked, self.failed = 0, []

    def run(self, *args):
        return subprocess.run([self.gprime, *args], capture_output=True, text=True, check=True).stdout

    def trace(self, expr, at, *more):
        return json.loads(self.run("trace", expr, "--at", at, "--json", *more))

    def page(self, name, *args):
        path = (self.out / f"{name}.html").resolve()
        self.run("page", *args, "-o", str(path))
        self.browser.open(path)
        return path

    def expect(self, what, condition):
        self.checked += 1
        if not condition:
            self.failed.append(what)
            print("FAIL", what)

    def near(self, what, mine, right):
        """Whether two numbers agree to 1e-12 of the larger."""
        mine, right = number(mine), number(right)
        same = mine == right or (mine is not None and right is not None and (
            (math.isnan(mine) and math.isnan(right)) or abs(mine - right) <= 1e-12 * max(abs(mine), abs(right))))
        self.expect(f"{what}: the page has {mine}, the crate {right}", same)

    def shown(self):
        """Every value and adjoint in the table, with all digits."""
        cells = self.browser.js("""[...document.querySelectorAll('#table tbody tr')].map(r =>
            ['.v', '.a'].map(c => { const t = r.querySelector(c).title; return t === '' ? null : t; }))""")
        return [[None if x is None else number(x) if x in ("NaN", "Infinity", "-Infinity") else float(x) for x in row] for row in cells]

    def compare(self, what, trace, adjoints=None):
        adjoints = adjoints or [node["adjoint"] for node in trace["nodes"]]
        for node, right, (value, adjoint) in zip(trace["nodes"], adjoints, self.shown(), strict=True):
            self.near(f"{what}: value of {node['id']}", value, node["value"])
            self.near(f"{what}: adjoint of {node['id']}", adjoint, right)

    def move(self, values):
        """Types values into the boxes beside the sliders."""
        self.browser.js(f"""{json.dumps(values)}.forEach((x, i) => {{ const box = document.querySelectorAll('.slider input[type=number]')[i];
            box.value = x; box.dispatchEvent(new Event('input')); }})""")

    def choose(self, name, value):
        self.browser.js(f"document.querySelector('[name={name}][value=\"{value}\"]').click()")

    # ---- what is tested

    def steps_by_keyboard(self):
        expr, at = "ln(x1) + x1*x2 - sin(x2)", "x1=2,x2=5"
        self.page("steps", expr, "--at", at)
        b, trace = self.browser, self.trace(expr, at)
        steps = trace["steps"]
        self.expect("there is no notice", b.js("document.getElementById('notice').hidden"))
        self.expect("the page has one slider for each input", b.js("document.querySelectorAll('.slider').length") == 2)
        self.compare("at the end", trace)
        b.key("Home")
        self.expect("at the beginning nothing is known", all(row == [None, None] for row in self.shown()))
        self.expect("what is not known is a dot", set(b.js(
            "[...document.querySelectorAll('#graph .value, #graph .adjoint')].map(t => t.textContent)")) == {"·"})
        values, adjoints = {}, {}
        for count, step in enumerate(steps, 1):
            b.key("ArrowRight")
            nodes = {f"v{i + 1}": i for i in range(len(trace["nodes"]))}
            if step["step"] == "forward":
                values[nodes[step["node"]]] = trace["nodes"][nodes[step["node"]]]["value"]
            elif step["step"] == "seed":
                adjoints[nodes[step["node"]]] = trace["seed"]
            elif step["step"] == "contribute":
                adjoints[nodes[step["to"]]] = step["sum_after"]
                say = b.js("document.getElementById('say').textContent")
                waits = f"{step['to']} waits for {step['waiting']} more" if step["waiting"] else "is complete"
                self.expect(f"step {count} says {waits!r}: {say}", waits in say and step["from"] in say)
                label = b.js(f"document.querySelector('#n{nodes[step['to']] + 1} .adjoint').textContent")
                self.expect(f"step {count}: {label!r} tells that it waits", ("waits for" in label) == (step["waiting"] > 0))
            for i, row in enumerate(self.shown()):
                self.near(f"step {count}: value {i}", row[0], values.get(i))
                self.near(f"step {count}: adjoint {i}", row[1], adjoints.get(i))
            self.expect(f"step {count} is counted", b.js("document.getElementById('count').textContent") == f"step {count} of {len(steps)}")
        b.key("ArrowRight")
        self.expect("the end is the end", b.js("document.getElementById('next').disabled"))
        for _ in steps:
            b.key("ArrowLeft")
        self.expect("back is the way back", b.js("document.getElementById('count').textContent") == f"step 0 of {len(steps)}")
        b.key("End")
        self.compare("after all", trace)
        b.key("ArrowUp")
        self.expect("up chooses a node", b.js("document.querySelectorAll('#table tr.sel').length") == 1)
        self.done("steps by keyboard")

    def sliders(self):
        for name, expr, at, points in [
            ("sliders", "ln(x1) + x1*x2 - sin(x2)", "x1=2,x2=5", [(3.25, -1.5), (1e-3, 100.0), (7.0, 0.0)]),
            ("constants", "3/x - 2^x", "x=1.5", [(2.5,), (-1.0,)]),
            ("neuron", "sigmoid(w*x + b) * gelu(w) + softplus(b)", "w=0.5,x=2,b=-1", [(1.5, -0.25, 3.0), (-4.0, 2.0, 1e-8)]),
            ("shared", "let u = x*x; let v = u*y; exp(u)*v + sin(v*x) + logsumexp(u, v, x)", "x=1,y=2", [(0.5, -0.5), (1.25, 3.0)]),
        ]:
            self.page(name, expr, "--at", at)
            names = [word.split("=")[0] for word in at.split(",")]
            labels = lambda: self.browser.js("[...document.querySelectorAll('#graph .locals text')].map(t => t.textContent)")
            before = labels()
            self.compare(name, self.trace(expr, at))
            for point in points:
                self.move(point)
                moved = ",".join(f"{n}={x!r}" for n, x in zip(names, point))
                self.compare(f"{name} at {moved}", self.trace(expr, moved))
            # the slider itself
            self.browser.js("""(() => { const range = document.querySelector('.slider input[type=range]');
                range.value = 1.125; range.dispatchEvent(new Event('input')); })()""")
            moved = ",".join(f"{n}={x!r}" for n, x in zip(names, (1.125, *points[-1][1:])))
            self.compare(f"{name} by slider", self.trace(expr, moved))
            self.browser.js("document.getElementById('reset').click()")
            self.compare(f"{name} again", self.trace(expr, at))
            self.expect(f"{name}: the derivatives on edges are again {before}", labels() == before)
            self.done(name)

    def mistakes(self):
        expr, at = "let u = x*x; u + sin(u)*y", "x=1,y=3"
        self.page("mistakes", expr, "--at", at)
        trace = self.trace(expr, at)
        for mistake in ("order", "overwrite", "stale", "local-only"):
            self.choose("mistake", mistake)
            self.browser.key("End")
            wrong = self.trace(expr, at, "--mistake", mistake)
            self.compare(mistake, trace, wrong["adjoints"])
            marked = self.browser.js("[...document.querySelectorAll('#table .a')].map(a => a.textContent.includes('✗'))")
            for node, x, mark in zip(trace["nodes"], wrong["adjoints"], marked):
                self.expect(f"{mistake}: {node['id']} is marked if wrong", mark == (x != node["adjoint"]))
            steps = len([step for step in wrong["steps"]]) + len(trace["nodes"])
            self.expect(f"{mistake}: as many steps", self.browser.js("+document.getElementById('scrub').max") == steps)
        self.choose("mistake", "")
        self.compare("no mistake", trace)
        self.page("mistaken", expr, "--at", at, "--mistake", "overwrite")
        self.compare("a mistake from the start", trace, self.trace(expr, at, "--mistake", "overwrite")["adjoints"])
        self.done("mistakes")

    def forward_mode(self):
        expr, at = "ln(x1) + x1*x2 - sin(x2)", "x1=2,x2=5"
        self.page("forward", expr, "--at", at)
        self.choose("mode", "forward")
        self.browser.key("End")
        trace = self.trace(expr, at)
        rows = self.shown()
        self.near("forward mode has the derivative by x1", rows[-1][1], trace["nodes"][0]["adjoint"])
        self.expect("what does not depend on x1 has no tangent", rows[1][1] is None)
        self.browser.js("(() => { const by = document.getElementById('by'); by.selectedIndex = 1; by.dispatchEvent(new Event('change', {bubbles: true})); })()")
        self.near("and by x2", self.shown()[-1][1], trace["nodes"][1]["adjoint"])
        self.expect("sweeps are counted", "2 sweeps" in self.browser.js("document.getElementById('sweeps').textContent"))
        self.done("forward mode")

    def every_op(self):
        """Each op of the registry, at points of its domain: the JavaScript of its rule beside the rule; of special functions the trace's own numbers."""
        fixed = set()
        for op in json.loads(self.run("ops", "--json")):
            arity = op["arity"] or 4
            names = [f"x{i}" for i in range(arity)]
            params = "".join(f", {name}={1 if default is None else default}" for name, default in op["params"].items())
            if op["name"] == "softmax_cross_entropy":
                params = ", class=1"
            expr = f"{op['name']}({', '.join(names)}{params}) * 1"
            firsts = [0.5, -0.75, 1.5, -3.0, 4.25, -9.0, 30.0, -41.5, 1e-3, 0.0]
            points = [[firsts[(i + 3 * k) % len(firsts)] for k in range(arity)] for i in range(len(firsts))]
            at = lambda point: ",".join(f"{n}={x!r}" for n, x in zip(names, point))
            try:
                path = (self.out / "op.html").resolve()
                self.run("page", expr, "--at", at(points[0]), "-o", str(path))
            except subprocess.CalledProcessError as error:
                self.expect(f"{op['name']}: {error.stderr}", False)
                continue
            self.browser.open(path)
            notice = self.browser.js("document.getElementById('notice').textContent")
            if "all numbers are fixed" in notice:
                fixed.add(op["name"])
                self.compare(f"{expr} as it was traced", self.trace(expr, at(points[0])))
                continue
            self.expect(f"{op['name']}: sliders, not {notice!r}", not notice)
            if notice:
                continue
            for point in points:
                self.move(point)
                self.compare(f"{expr} at {point}", self.trace(expr, at(point)))
            self.expect(f"{op['name']}: no complaint: {self.browser.complaints()}", not self.browser.complaints())
        self.expect("special functions are fixed, and others are not", "lgamma" in fixed and not fixed & {"erf", "log1mexp", "softplus"})
        print(f"every op of the registry, {len(fixed)} of them as they were traced")

    def hostile_names(self):
        """A trace of a program whose names are markup."""
        trace = self.trace("let u = x*x; u + sin(u)", "x=1")
        evil = "</script><img src=x onerror=alert(1)>\"'&\u0000\u202e"
        trace["nodes"][0]["name"] = trace["nodes"][0]["rule"] = trace["source"] = evil
        trace["nodes"][1]["rule"] = trace["nodes"][1]["name"] = "<b>u</b>"
        trace["nodes"][2]["partials"][0]["formula"] = "</title>" + evil
        trace["nodes"][2]["loc"] = "<i>.rs:3"
        trace["ops"][0]["name"] = evil
        path = self.out / "hostile.json"
        path.write_text(json.dumps(trace))
        self.page("hostile", "--trace", str(path))
        self.expect("markup in a name is text", self.browser.js("document.querySelectorAll('img, b:not(#say b), i:not(td i)').length") == 0)
        self.expect("an unknown op disables the sliders and says so", "is not known here" in self.browser.js("document.getElementById('notice').textContent"))
        self.browser.key("Home")
        for _ in range(12):
            self.browser.key("ArrowRight")
        self.done("hostile names")

    def wrong_rule(self):
        """A trace whose numbers are not those of the rules: nothing must pretend to compute it."""
        trace = self.trace("sin(x)*x", "x=1")
        trace["nodes"][1]["value"] += 1e-9
        path = self.out / "wrong.json"
        path.write_text(json.dumps(trace))
        self.page("wrong", "--trace", str(path))
        self.expect("sliders are disabled", self.browser.js("document.querySelectorAll('.slider').length") == 0)
        self.expect("and it says why", "other numbers" in self.browser.js("document.getElementById('notice').textContent"))
        self.done("wrong rule")

    def branches(self):
        """A program that would take another way at other inputs must not pretend to know it."""
        trace = self.trace("x*y", "x=1,y=2")
        trace["branches"] = [{"relation": "<", "sides": [{"node": "v1"}, {"node": "v2"}], "held": True, "loc": "main.rs:7"},
                             {"relation": "≥", "sides": [{"node": "v2"}, {"constant": 1.5}], "held": True, "loc": None}]
        path = self.out / "branches.json"
        path.write_text(json.dumps(trace))
        self.page("branches", "--trace", str(path))
        for point, words in (((1.5, 2), ""), ((3, 2), "main.rs:7, where x < y was true"), ((-1, 1), "y ≥ 1.500000 was true"), ((1, 2), "")):
            self.move(point)
            note = self.browser.js("document.getElementById('notice').textContent")
            self.expect(f"at {point} the notice is {note!r}", words in note and bool(words) == bool(note))
        self.done("branches")

    def collapsed(self):
        """Scopes that are one node each in the picture, and many in the table."""
        expr, at = "x" + "*sin(x)" * 120, "x=0.9"
        trace = self.trace(expr, at)
        for i, node in enumerate(trace["nodes"][1:]):
            node["scope"] = f"part {i // 60}"
        path = self.out / "collapsed.json"
        path.write_text(json.dumps(trace))
        self.page("collapsed", "--trace", str(path))
        self.expect("241 nodes are five in the picture", self.browser.js("document.querySelectorAll('#graph .node').length") == 5)
        self.compare("collapsed", trace)
        self.browser.key("Home")
        for _ in range(70):
            self.browser.key("ArrowRight")
        hot = self.browser.js("[...document.querySelectorAll('#graph .hot.node')].map(g => g.id)")
        self.expect(f"the scope of a step is lit: {hot}", hot == ["n62"])
        self.move([1.1])
        self.browser.key("End")
        labels = self.browser.js("[...document.querySelectorAll('#graph .locals text')].map(t => t.textContent)")
        self.expect(f"edges that were joined have a count: {labels}", labels and all(label.startswith("×") for label in labels))
        self.compare("collapsed, moved", self.trace(expr, "x=1.1"))
        self.browser.screenshot(self.out / "collapsed.png", height=600, full=False)
        self.done("collapsed")

    def without_script(self):
        b = self.browser
        b.call("Emulation.setScriptExecutionDisabled", value=True)
        self.page("static", "ln(x1) + x1*x2 - sin(x2)", "--at", "x1=2,x2=5")
        b.screenshot(self.out / "no-script.png", height=1300)
        b.call("Emulation.setScriptExecutionDisabled", value=False)
        formulas = b.js("[document.querySelectorAll('h1 math, #table math').length, document.querySelectorAll('mtext').length,"
                        " document.querySelectorAll('#table tbody tr').length]")
        self.expect(f"every formula is MathML: {formulas}", formulas[0] >= 1 + 2 * formulas[2] and formulas[1] == 0)
        fraction = b.js("""(() => { const {width, height} = document.querySelector('#table mfrac').getBoundingClientRect();
            return [width, height, getComputedStyle(document.querySelector('annotation')).display]; })()""")
        self.expect(f"a fraction is drawn as one, and its text is not: {fraction}", fraction[1] > fraction[0] and fraction[2] == "none")
        text = b.js("document.body.innerText")
        self.expect("without a script there are the numbers", "11.652071" in text and "+5.500000" in text)
        self.expect("and no dead controls", "reverse mode" not in text.lower())
        self.done("without script")

    def pictures(self):
        b, out = self.browser, self.out
        self.page("picture", "let u = w*x + b; sigmoid(u) + relu(b - b)*u", "--at", "w=0.5,x=2,b=-1")
        b.key("Home")
        for _ in range(13):
            b.key("ArrowRight")
        b.screenshot(out / "light.png", height=1500)
        b.screenshot(out / "dark.png", height=1500, scheme="dark")
        b.screenshot(out / "narrow.png", width=390, height=2000)
        width = b.js("document.documentElement.scrollWidth")
        self.expect(f"a narrow window is wide enough: {width}", width <= 390)
        b.screenshot(out / "desk.png")
        pdf = b.call("Page.printToPDF", printBackground=True)
        (out / "print.pdf").write_bytes(base64.b64decode(pdf["data"]))
        self.choose("mistake", "overwrite")
        b.key("End")
        b.screenshot(out / "mistake.png", height=1500)
        self.choose("mode", "forward")
        b.screenshot(out / "forward.png", height=1500, scheme="dark")
        trace = self.trace("let u = w*x + b; sigmoid(u)*u", "w=0.5,x=2,b=-1")
        program = out / "program.rs"
        program.write_text("let (w, x, b) = inputs;\nlet u = w * x + b;\n\nlet a = u.sigmoid();\na * u\n")
        for node, line in zip(trace["nodes"], (1, 1, 1, 2, 2, 4, 5)):
            node["loc"] = f"{program}:{line}"
        path = out / "program.json"
        path.write_text(json.dumps(trace))
        self.page("program", "--trace", str(path), "--source", str(program))
        b.key("Home")
        for _ in range(4):
            b.key("ArrowRight")
        b.screenshot(out / "program.png", height=1500)
        lit = b.js("[...document.querySelectorAll('#code li.hot code')].map(code => code.textContent)")
        self.expect(f"the lines of a step are lit: {lit}", "let u = w * x + b;" in lit)
        b.js("document.querySelector('#n6').dispatchEvent(new Event('click'))")
        self.expect("an op of one argument has a plot", b.js("document.querySelectorAll('#detail .plot').length") == 1)
        b.screenshot(out / "node.png", height=1500)
        self.done("pictures")

    def done(self, what):
        complaints = self.browser.complaints()
        self.expect(f"{what}: no error and no request: {complaints}", not complaints)
        print(what)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gprime")
    parser.add_argument("--chromium", default="chromium")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("target/browser"))
    parser.add_argument("--only")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    browser = Browser(options.chromium)
    suite = Suite(options.gprime, browser, options.out)
    try:
        for test in (suite.steps_by_keyboard, suite.sliders, suite.mistakes, suite.forward_mode, suite.hostile_names,
                     suite.wrong_rule, suite.branches, suite.collapsed, suite.without_script, suite.pictures, suite.every_op):
            if options.only in (None, test.__name__):
                test()
    finally:
        browser.close()
    print(f"{suite.checked} checks, {len(suite.failed)} failed")
    sys.exit(1 if suite.failed or not suite.checked else 0)


main()
