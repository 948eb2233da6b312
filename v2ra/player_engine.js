"use strict";
// One audio clock for all tracks. Every track plays all the time, and a gain of 0 or 1 picks the one that
// is heard: a switch is aligned to the sample and moves nothing. The level of each track is a second gain.

const FADE_SECONDS = 0.003; // time constant: 95 % of a switch is done after 9 ms, without a click
const LEAD_SECONDS = 0.03; // all sources are started together, this far ahead
const SHORTEST_REGION = 0.05; // seconds: a shorter loop is a tone
const SUSPEND_MILLISECONDS = 100; // the fade is over by then

const fade = (gain, target, when) => gain.gain.setTargetAtTime(target, when, FADE_SECONDS);
const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

// A linked track comes as a script: a page opened from disk may load that, but no file.
function loadLinked(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve(window.v2raLinked[address.split("/").pop()]);
    script.onerror = () => reject(new Error(`${address} does not lie beside this page; in JupyterLab, run its cell to hear it`));
    document.head.append(script);
  });
}

async function decodeTrack(text, sampleRate) {
  const offline = new OfflineAudioContext(1, 1, sampleRate); // decodes at the rate of the track
  return offline.decodeAudioData(fromBase64(text).buffer);
}

function makeContext(sampleRate) {
  try {
    return new AudioContext({ sampleRate });
  } catch (error) {
    if (error.name !== "NotSupportedError") throw error;
    return new AudioContext(); // the device's own rate: sources are then resampled while they play
  }
}

class Engine {
  constructor(data, onChange) {
    Object.assign(this, { data, onChange, duration: data.n_seconds, loop: data.loop, matched: data.matched });
    Object.assign(this, { buffers: null, context: null, run: null, playing: false, rest: 0, current: 0 });
    this.region = null; // [start, end] in seconds: what the loop repeats, where it is not the whole
  }

  levelOf(index) {
    return this.matched ? 10 ** (this.data.gains_db[index] / 20) : 1;
  }

  choiceOf(index) {
    return this.run ? this.run.tracks[index].choice.gain.value : Number(index === this.current);
  }

  // source → level → choice → master, the same for the loudspeaker and for an OfflineAudioContext
  buildGraph(context) {
    const master = context.createGain();
    master.connect(context.destination);
    const tracks = this.buffers.map((buffer, index) => {
      const source = context.createBufferSource();
      const level = context.createGain();
      const choice = context.createGain();
      source.buffer = buffer;
      this.setSourceLoop(source);
      level.gain.value = this.levelOf(index);
      choice.gain.value = Number(index === this.current);
      source.connect(level).connect(choice).connect(master);
      return { source, level, choice };
    });
    return { master, tracks };
  }

  setSourceLoop(source) {
    source.loop = this.loop;
    [source.loopStart, source.loopEnd] = this.region || [0, 0]; // 0, 0: all of it
  }

  startRun(offset) {
    const graph = this.buildGraph(this.context);
    const startedAt = this.context.currentTime + LEAD_SECONDS;
    graph.master.gain.value = 0;
    fade(graph.master, 1, startedAt);
    graph.tracks.forEach((track) => track.source.start(startedAt, offset));
    const run = { ...graph, startedAt, offset };
    graph.tracks[0].source.onended = () => this.run === run && this.finish();
    this.run = run;
  }

  stopRun() {
    const { run, context } = this;
    if (!run) return;
    this.run = null;
    fade(run.master, 0, context.currentTime);
    run.tracks.forEach((track) => track.source.stop(context.currentTime + 8 * FADE_SECONDS));
  }

  // the position that is heard now: the clock, less what the device still holds back
  position() {
    if (!this.run) return this.rest;
    const heard = this.context.currentTime - (this.context.outputLatency || 0);
    return this.folded(this.run.offset + Math.max(0, heard - this.run.startedAt));
  }

  // a time that counts on through all laps, as a place in the clip
  folded(raw) {
    if (!this.loop) return Math.min(raw, this.duration);
    const [start, end] = this.region || [0, this.duration];
    return raw < end ? raw : start + ((raw - start) % (end - start));
  }

  async play() {
    if (this.playing || !this.buffers) return;
    this.playing = true;
    this.context ||= makeContext(this.data.sample_rate);
    this.onChange();
    await this.context.resume();
    if (!this.playing || this.run) return; // paused, or started by a second call, in the meantime
    this.startRun(this.rest >= this.duration ? 0 : this.rest);
    this.onChange();
  }

  pause() {
    if (!this.playing) return;
    this.rest = this.position();
    this.playing = false;
    this.stopRun();
    setTimeout(() => this.playing || this.context.suspend(), SUSPEND_MILLISECONDS);
    this.onChange();
  }

  finish() {
    this.pause();
    this.rest = this.duration;
    this.onChange();
  }

  seek(seconds) {
    const goal = Math.min(Math.max(0, seconds), this.duration);
    if (this.region && (goal < this.region[0] || goal >= this.region[1])) this.region = null;
    if (goal >= this.duration && !this.loop) this.pause();
    this.rest = goal;
    if (this.run) {
      this.stopRun();
      this.startRun(goal % this.duration);
    }
    this.onChange();
  }

  select(index) {
    if (!(index in this.data.gains_db)) return;
    this.current = index;
    this.run?.tracks.forEach((track, other) =>
      fade(track.choice, Number(other === index), this.context.currentTime));
    this.onChange();
  }

  setMatched(matched) {
    this.matched = matched;
    this.run?.tracks.forEach((track, index) => fade(track.level, this.levelOf(index), this.context.currentTime));
    this.onChange();
  }

  setLoop(loop) {
    const { run } = this;
    if (run) { // laps that are over are taken off, so that the position stays inside the clip
      const raw = run.offset + this.context.currentTime - run.startedAt;
      run.offset -= raw - this.folded(raw);
    }
    this.loop = loop;
    if (!loop) this.region = null;
    run?.tracks.forEach((track) => this.setSourceLoop(track.source));
    this.onChange();
  }

  // repeats a part; the position moves to its start where it lies outside
  setRegion(start, end) {
    const from = Math.max(0, Math.min(start, end));
    const to = Math.min(this.duration, Math.max(start, end));
    if (to - from < SHORTEST_REGION) return;
    const now = this.position();
    this.region = [from, to];
    this.loop = true;
    this.seek(now >= from && now < to ? now : from);
  }
}
