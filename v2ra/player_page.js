// The page around the engine: buttons, keys, pictures, and the video that follows the audio clock.
const CALM_MILLISECONDS = 250; // between two positions of the cursor, where motion is unwelcome

(() => {
  const data = JSON.parse(document.getElementById("v2ra-data").textContent);
  const find = (selector) => document.querySelector(selector);
  const findAll = (selector) => [...document.querySelectorAll(selector)];
  const video = find("video");
  const engine = new Engine(data, draw);
  const names = new Names(data);
  const ratings = new Ratings(find("#ratings"), data.ratings, names);
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  let failure = null;
  const say = (text) => { find("#message").textContent = text; };

  // ---- video: nudged by its rate when it is a little off, moved when it is far off ---------------
  function followClock(seconds) {
    if (!video || video.readyState < 1 || video.seeking) return;
    const target = Math.min(seconds, video.duration);
    const late = target - video.currentTime;
    const moving = Boolean(engine.run) && target < video.duration;
    if (moving && video.paused) video.play().catch(reportVideo);
    if (!moving && !video.paused) video.pause();
    const far = Math.abs(late) > (moving ? 0.12 : 0.001);
    if (far) video.currentTime = target;
    const rate = moving && !far ? 1 + Math.round(late * 40) / 20 : 1; // 0.75 to 1.25
    if (video.playbackRate !== rate) video.playbackRate = rate;
  }

  function reportVideo(error) {
    if (error.name !== "AbortError") say(`The video does not play: ${error.message}`); // a pause came first
  }

  function keepVideoInMemory() {
    video.controls = false;
    if (!video.src.startsWith("data:")) return;
    const [head, body] = video.src.split(",");
    const type = head.slice("data:".length).split(";")[0];
    video.src = URL.createObjectURL(new Blob([fromBase64(body)], { type })); // not all seek in data addresses
  }

  // ---- drawing ---------------------------------------------------------------------------------
  function draw() {
    drawPosition();
    const word = engine.playing ? "Pause" : "Play";
    find("#play .word").textContent = word;
    find("#play").setAttribute("aria-label", word);
    document.body.classList.toggle("playing", engine.playing);
    press(find("#loop"), engine.loop);
    press(find("#match"), engine.matched);
    findAll(".switches button").forEach(drawSwitch);
    findAll("figure").forEach(drawFigure);
    document.body.classList.toggle("blind", names.hidden);
    showRegion(engine.region, engine.duration);
    find("#region").textContent = engine.region ? engine.region.map((time) => time.toFixed(2)).join("–") + " s" : "";
    ratings.draw();
    if (engine.run) keepDrawing();
  }

  function press(button, pressed) {
    button?.setAttribute("aria-pressed", pressed);
  }

  function drawPosition() {
    const seconds = engine.position();
    followClock(seconds);
    if (calm.matches && engine.run && performance.now() - drawn < CALM_MILLISECONDS) return;
    drawn = performance.now();
    document.documentElement.style.setProperty("--at", `${(100 * seconds) / engine.duration}%`);
    find("#time").textContent = `${seconds.toFixed(2)} / ${engine.duration.toFixed(2)} s`;
    find("#timeline").setAttribute("aria-valuenow", seconds.toFixed(2));
    find("#timeline").setAttribute("aria-valuetext", `${seconds.toFixed(1)} of ${engine.duration.toFixed(1)} seconds`);
  }

  let waiting = 0;
  let drawn = 0;
  function keepDrawing() {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => {
      drawPosition();
      if (engine.run) keepDrawing();
    });
  }

  function drawSwitch(button, place) {
    const track = names.order[place];
    press(button, track === engine.current);
    button.querySelector(".name").textContent = names.text(track);
    button.querySelector(".gain").textContent = decibels(track);
  }

  function drawFigure(figure, track) {
    const text = names.text(track);
    figure.classList.toggle("current", track === engine.current);
    figure.style.setProperty("--gain", engine.levelOf(track));
    figure.querySelector(".name").textContent = text;
    figure.querySelector(".gain").textContent = decibels(track);
    figure.querySelectorAll(".plot").forEach((plot) =>
      plot.setAttribute("aria-label", `${plot.dataset.what} of ${text}`));
  }

  function decibels(index) {
    const gain = engine.matched ? data.gains_db[index] : 0;
    const sign = gain > 0.05 ? "+" : gain < -0.05 ? "−" : "";
    return `${sign}${Math.abs(gain).toFixed(1)} dB`;
  }

  function reveal() {
    names.reveal();
    draw();
    find("#hide")?.focus();
  }

  function hide() {
    engine.pause();
    names.shuffle();
    ratings.clear();
    engine.select(names.order[0]); // draws; what was heard last says nothing about the letters
    find("#reveal").focus();
  }

  function choose(place) {
    if (!(place in names.order)) return;
    engine.select(names.order[place]);
    find("#said").textContent = `${place + 1}: ${names.text(names.order[place])}`;
  }

  // ---- input -----------------------------------------------------------------------------------
  const toggle = () => (engine.playing ? engine.pause() : engine.play());

  function seekTo(event) {
    engine.seek(secondsAt(event, event.currentTarget.getBoundingClientRect(), engine.duration));
  }

  function onTimelineKey(event) {
    const now = engine.position();
    const goals = {
      ArrowLeft: now - 0.5, ArrowDown: now - 0.5, ArrowRight: now + 0.5, ArrowUp: now + 0.5,
      PageDown: now - 2, PageUp: now + 2, Home: 0, End: engine.duration,
    };
    if (!(event.key in goals)) return;
    event.preventDefault();
    engine.seek(goals[event.key]);
  }

  const setFrom = () => engine.setRegion(engine.position(), engine.region?.[1] ?? engine.duration);
  const setTo = () => engine.setRegion(engine.region?.[0] ?? 0, engine.position());
  const regionKeys = { "[": setFrom, "]": setTo, Escape: () => engine.region && engine.setLoop(false) };

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=range]), select, textarea")) return; // they want their letters
    if (/^[0-9]$/.test(event.key)) choose((Number(event.key) + 9) % 10); // the tenth track has the key 0
    if (event.key in regionKeys) regionKeys[event.key]();
    if (event.key !== " " || event.target.closest("button, summary, audio, video[controls]")) return;
    event.preventDefault();
    toggle();
  }

  function onButton(selector, action) {
    findAll(selector).forEach((button, index) => button.addEventListener("click", (event) => {
      action(index);
      if (event.detail) document.activeElement.blur(); // after a click with a pointer the space bar plays again
    }));
  }

  function listen() {
    onButton("#play", toggle);
    onButton("#loop", () => engine.setLoop(!engine.loop));
    onButton("#match", () => engine.setMatched(!engine.matched));
    onButton("#reveal", reveal);
    onButton("#hide", hide);
    onButton("#from", setFrom);
    onButton("#to", setTo);
    onButton("#download", () => ratings.download(data.title, engine.matched));
    onButton("#clear", () => ratings.clear());
    onButton(".switches button", choose);
    findAll(".plot").forEach((plot) => listenForRegion(plot, engine));
    const timeline = find("#timeline");
    timeline.addEventListener("pointerdown", (event) => {
      timeline.setPointerCapture(event.pointerId);
      seekTo(event);
    });
    timeline.addEventListener("pointermove", (event) => event.buttons & 1 && seekTo(event));
    timeline.addEventListener("keydown", onTimelineKey);
    document.addEventListener("keydown", onKey);
    video?.addEventListener("error", () => say("This browser cannot show the video."));
    video?.addEventListener("loadedmetadata", drawPosition);
    video?.addEventListener("seeked", drawPosition);
  }

  // ---- start -----------------------------------------------------------------------------------
  async function load() {
    const sources = findAll("audio").map((audio) => audio.src.split(",")[1]);
    try {
      const texts = await Promise.all(data.linked.length ? data.linked.map(loadLinked) : sources);
      engine.buffers = await Promise.all(texts.map((text) => decodeTrack(text, data.sample_rate)));
      find("#play").disabled = false;
    } catch (error) {
      failure = error.message;
      document.documentElement.classList.remove("scripted"); // back to the plain controls
      say(`The tracks cannot be played together: ${failure}`);
    }
  }

  function loadWhenSeen() { // a page may hold many players
    const watcher = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watcher.disconnect();
      load();
    });
    watcher.observe(document.body);
  }

  // what a browser test reads and drives
  function describe() {
    return {
      get ready() { return Boolean(engine.buffers); },
      get failure() { return failure; },
      get playing() { return Boolean(engine.run); },
      get currentTime() { return engine.position(); },
      get duration() { return engine.duration; },
      get currentTrack() { return engine.current; },
      get labels() { return names.real.map((_, track) => names.told(track) || names.letter(track)); },
      get order() { return [...names.order]; },
      get region() { return engine.region; },
      get gains() { return names.real.map((_, index) => engine.choiceOf(index)); },
      get levels() { return names.real.map((_, index) => engine.levelOf(index)); },
      csv: () => ratings.csv(data.title, engine.matched),
      play: () => engine.play(), pause: () => engine.pause(), seek: (seconds) => engine.seek(seconds),
      select: (index) => engine.select(index), reveal, hide, engine,
    };
  }

  if (!window.AudioContext || !window.OfflineAudioContext) return; // the plain controls stay
  document.documentElement.classList.add("scripted");
  if (video) keepVideoInMemory();
  listen();
  draw();
  loadWhenSeen();
  window.v2raPlayer = describe();
})();
