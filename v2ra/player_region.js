// A drag along a picture marks the part that the loop repeats; a click without a drag seeks.
const DRAG_PIXELS = 6;

function secondsAt(event, box, duration) {
  const share = (event.clientX - box.left) / box.width;
  return Math.min(Math.max(0, share), 1) * duration;
}

function showRegion(region, duration) {
  const style = document.documentElement.style;
  document.body.classList.toggle("has-region", Boolean(region));
  if (!region) return;
  style.setProperty("--from", `${(100 * region[0]) / duration}%`);
  style.setProperty("--wide", `${(100 * (region[1] - region[0])) / duration}%`);
}

function listenForRegion(plot, engine) {
  let down = null;
  const range = (event) => [down.seconds, secondsAt(event, down.box, engine.duration)].sort((a, b) => a - b);
  const end = (action) => (event) => {
    if (down) action(event);
    down = null;
  };
  plot.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    plot.setPointerCapture(event.pointerId);
    const box = plot.getBoundingClientRect();
    down = { box, x: event.clientX, seconds: secondsAt(event, box, engine.duration), dragged: false };
  });
  plot.addEventListener("pointermove", (event) => {
    if (!down) return;
    down.dragged ||= Math.abs(event.clientX - down.x) > DRAG_PIXELS;
    if (down.dragged) showRegion(range(event), engine.duration);
  });
  plot.addEventListener("pointerup", end((event) => {
    if (down.dragged) engine.setRegion(...range(event));
    else engine.seek(down.seconds);
    engine.onChange(); // a part that was too short is no longer shown
  }));
  plot.addEventListener("pointercancel", end(() => engine.onChange()));
}
