// Sliders from 1 to 5 for each track, and what was set as a CSV file. Nothing leaves the page by itself.
const SCORE = { min: 1, max: 5, step: 0.1 };
const UNSET = "–";

class Ratings {
  constructor(place, aspects, names) {
    Object.assign(this, { place, aspects, names, rows: [] });
    this.list = place?.querySelector(".rows");
    if (this.list) this.names.order.forEach((_, index) => this.addRow(index));
  }

  addRow(index) {
    const row = document.createElement("div");
    const heading = document.createElement("span");
    row.className = "row rated";
    row.append(heading);
    this.rows.push({ heading, sliders: this.aspects.map((aspect) => this.addSlider(row, aspect)) });
    this.list.append(row);
  }

  addSlider(row, aspect) {
    const label = document.createElement("label");
    const input = Object.assign(document.createElement("input"), { type: "range", ...SCORE, value: 3 });
    const shown = Object.assign(document.createElement("span"), { className: "score", textContent: UNSET });
    const slider = { aspect, input, shown, blind: false, set: false };
    label.className = "unset";
    input.addEventListener("input", () => this.set(slider));
    input.addEventListener("click", () => this.set(slider)); // the middle is an answer too
    label.append(`${aspect} `, input, shown);
    row.append(label);
    return slider;
  }

  set(slider) {
    Object.assign(slider, { set: true, blind: this.names.hidden });
    slider.shown.textContent = Number(slider.input.value).toFixed(1);
    slider.input.parentElement.className = "";
    slider.input.setAttribute("aria-valuetext", slider.shown.textContent);
  }

  // a new order is a new comparison: what was set belongs to the old one
  clear() {
    this.rows.forEach((row) => row.sliders.forEach((slider) => {
      Object.assign(slider, { set: false, blind: false });
      slider.input.value = 3;
      slider.input.parentElement.className = "unset";
      slider.shown.textContent = UNSET;
      slider.input.setAttribute("aria-valuetext", "not rated");
    }));
  }

  draw() {
    this.rows.forEach(({ heading, sliders }, place) => {
      const text = this.names.text(this.names.order[place]);
      heading.textContent = text;
      sliders.forEach(({ input, aspect, set }) => {
        input.setAttribute("aria-label", `${aspect} of ${text}, 1 very bad to 5 very good`);
        if (!set) input.setAttribute("aria-valuetext", "not rated");
      });
    });
  }

  csv(title, matched) {
    const quoted = (value) => `"${String(value).replaceAll('"', '""')}"`;
    const lines = [["title", "button", "letter", "track", "aspect", "score", "blind", "levels_matched"]];
    this.rows.forEach(({ sliders }, place) => sliders.forEach((slider) => {
      const track = this.names.order[place];
      const told = [title, place + 1, this.names.letter(track), this.names.told(track)];
      const score = slider.set ? Number(slider.input.value).toFixed(1) : "";
      lines.push([...told, slider.aspect, score, slider.set ? slider.blind : "", matched]);
    }));
    return lines.map((line) => line.map(quoted).join(",")).join("\r\n") + "\r\n";
  }

  download(title, matched) {
    const blob = new Blob(["\ufeff", this.csv(title, matched)], { type: "text/csv" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `ratings_${title.replace(/[^\w-]+/g, "_") || "player"}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
}
