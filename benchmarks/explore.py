"""The explorer's latency and weight: python -m benchmarks.explore

From a pointer's move to the frame after the one that drew its numbers, in Chromium, for
each scene: a drag of 60 moves over the first figure that can be dragged, each waited
for.  It takes in the socket, `compute`, the wire, drawing, and the waits for frames.
Also what the page weighs, and what compute alone takes.

    python -m benchmarks.explore --pictures FOLDER    screenshots of every scene

Needs Chromium (SOFTJET_CHROMIUM, or on the path) and playwright's Python package.
"""

from __future__ import annotations

import io
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from softjet.explore import wire
from softjet.explore.assets import assets
from softjet.explore.compute import compute
from softjet.explore.scenes import SCENES

MOVES = 60

# A move is timed from its event to the beginning of the frame after the one that drew.
_DRAG = """async ([moves, classes]) => {
  const svg = document.querySelector("#stage svg.grab");
  const box = svg.getBoundingClientRect();
  const root = document.documentElement.dataset;
  const x = box.left + 34 + ((box.width - 42) * 0.5) / classes;
  const fire = (type, y) => svg.dispatchEvent(new PointerEvent(type, {
    bubbles: true, clientX: x, clientY: y, pointerId: 1, isPrimary: true }));
  svg.setPointerCapture = () => undefined;
  const frame = () => new Promise(requestAnimationFrame);
  // An observer hears of it in the frame that drew; the next one begins after painting.
  const drawn = () => new Promise((done) => {
    const see = () => {
      if (root.settled !== root.wanted) return;
      observer.disconnect();
      done();
    };
    const observer = new MutationObserver(see);
    observer.observe(document.documentElement, { attributes: true });
    see();
  });
  const times = [];
  fire("pointerdown", box.top + box.height / 2);
  for (let n = 0; n < moves; n += 1) {
    await frame();
    const begun = performance.now();
    fire("pointermove", box.top + box.height * (0.5 - 0.3 * ((n % 20) / 20)) - (n % 3));
    await drawn();
    await frame();
    times.push(performance.now() - begun);
  }
  fire("pointerup", box.top + box.height / 2);
  return times;
}"""


def latencies(app: Any, page: Any, scene: str, classes: int) -> list[float]:
    """Milliseconds from move to paint, one per move."""
    from tests.explore._browser import enter, settle

    logits = ",".join(str(round(0.9 * (k % 5) - 1.5, 2)) for k in range(classes))
    enter(app, page, f"#{scene}?logits={logits}")
    settle(page)
    return list(page.evaluate(_DRAG, [MOVES, classes]))


def compute_time(scene: str) -> float:
    """Milliseconds for a payload as text: median of 20."""
    times = []
    for _ in range(20):
        begun = time.perf_counter()
        wire.encode(compute({"scene": scene}))
        times.append(1000 * (time.perf_counter() - begun))
    return statistics.median(times)


def weight() -> dict[str, int]:
    """Bytes of the page's files, and of what it asks for at the start."""
    from softjet.explore.compute import describe

    start = len(wire.encode(describe())) + len(wire.encode(compute({})))
    return {"files": sum(map(len, assets().values())), "first numbers": start}


LOOKS = {"light": (1280, "light"), "dark": (1280, "dark"), "phone": (390, "light")}


def pictures(folder: Path) -> None:
    """FOLDER/SCENE-LOOK.png for every scene: light, dark, phone."""
    from tests.explore._browser import browsing, enter, serving

    folder.mkdir(parents=True, exist_ok=True)
    with serving() as app, browsing() as browser:
        for look, (width, scheme) in LOOKS.items():
            page = browser.new_page(
                viewport={"width": width, "height": 900}, color_scheme=scheme
            )
            for scene in SCENES:
                enter(app, page, f"#{scene}?logits=2,1,0.1&step=17&loss_step=5")
                page.wait_for_timeout(200)
                shot = page.screenshot(full_page=True)
                _save(shot, folder / f"{scene}-{look}.png")


def _save(shot: bytes, path: Path) -> None:
    """With a palette: flat colours lose nothing that one sees, and two thirds of it."""
    from PIL import Image

    image = Image.open(io.BytesIO(shot)).convert("RGB")
    image.quantize(255, method=Image.Quantize.FASTOCTREE).save(path, optimize=True)


def main(words: list[str]) -> int:
    if words[:1] == ["--pictures"] and len(words) == 2:
        pictures(Path(words[1]))
        return 0
    measure()
    return 0


def measure() -> None:
    """Print the table."""
    from tests.explore._browser import browsing, serving

    print("scene            classes   median ms   p95 ms   compute ms")
    with serving() as app, browsing() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        for scene in SCENES:
            for classes in (4, 10):
                times = latencies(app, page, scene, classes)
                p95 = statistics.quantiles(times, n=20)[-1]
                print(
                    f"{scene:16} {classes:7} {statistics.median(times):11.1f} "
                    f"{p95:8.1f} {compute_time(scene):12.2f}",
                    flush=True,
                )
    for name, size in weight().items():
        print(f"{name}: {size} bytes")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
